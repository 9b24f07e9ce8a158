import { acceptsConnections } from '../infrastructure/probe-port.ts';
import { answersOk } from '../process-control/node-process.ts';
import { type KeptState, type SystemState, stillRuns } from '../system/system-files.ts';

export type HealthWord = 'healthy' | 'unhealthy' | 'starting' | 'restarting' | 'stopped';

/** How a kept process is right now: asked at its health URL, or (a server) by connecting to its port. */
export async function healthOf(kept: KeptState): Promise<HealthWord> {
  if (kept.state === 'restarting') return 'restarting';
  if (!stillRuns(kept)) return 'stopped';
  const well =
    kept.healthUrl === null ? await acceptsConnections(kept.port) : await answersOk(kept.healthUrl);
  if (well) return 'healthy';
  return kept.state === 'starting' ? 'starting' : 'unhealthy';
}

/** Whether the supervisor that wrote this state is there. */
export function supervised(state: SystemState | undefined): state is SystemState {
  return state !== undefined && stillRuns(state.supervisor);
}
