import { acceptsConnections } from '../infrastructure/probe-port.ts';
import { answersOk } from '../process-control/node-process.ts';
import { type KeptState, type SystemState, stillRuns } from '../system/system-files.ts';

export type Health = 'healthy' | 'unhealthy' | 'starting' | 'restarting' | 'stopped';

/** The current health of a process, from its health URL, or of a server, by connecting to its port. */
export async function healthOf(kept: KeptState): Promise<Health> {
  if (kept.state === 'restarting') return 'restarting';
  if (!stillRuns(kept)) return 'stopped';
  const healthy =
    kept.healthUrl === null ? await acceptsConnections(kept.port) : await answersOk(kept.healthUrl);
  if (healthy) return 'healthy';
  return kept.state === 'starting' ? 'starting' : 'unhealthy';
}

/** Whether the supervisor that wrote this state still runs. */
export function supervised(state: SystemState | undefined): state is SystemState {
  return state !== undefined && stillRuns(state.supervisor);
}
