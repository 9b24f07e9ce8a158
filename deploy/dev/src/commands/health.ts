import { connect } from 'node:net';
import { answersOk } from '../process-control/node-process.ts';
import { type KeptState, type SystemState, stillRuns } from '../system/state-file.ts';

export type HealthWord = 'healthy' | 'unhealthy' | 'starting' | 'restarting' | 'stopped';

/** How a kept process is right now: asked at its health URL, or (a server) by connecting to its port. */
export async function healthOf(kept: KeptState): Promise<HealthWord> {
  if (kept.state === 'restarting') return 'restarting';
  if (!stillRuns(kept)) return 'stopped';
  const well = kept.healthUrl === null ? await accepts(kept.port) : await answersOk(kept.healthUrl);
  if (well) return 'healthy';
  return kept.state === 'starting' ? 'starting' : 'unhealthy';
}

/** Whether the supervisor that wrote this state is there. */
export function supervised(state: SystemState | undefined): state is SystemState {
  return state !== undefined && stillRuns(state.supervisor);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2_000 });
    const finish = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => finish(true));
    socket.once('timeout', () => finish(false));
    socket.once('error', () => finish(false));
  });
}
