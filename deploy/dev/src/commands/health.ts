import type { ServerName } from '../infrastructure/infrastructure.ts';
import { serverAnswers } from '../infrastructure/server-answers.ts';
import { answersOk } from '../process-control/node-process.ts';
import { type KeptState, type ServerUrls, type SystemState, stillRuns } from '../system/system-files.ts';

export type Health = 'healthy' | 'unhealthy' | 'starting' | 'restarting' | 'stopped';

/**
 * The current health of a process, from its health URL, or of a server, from its answer to a question. `serverUrls` are those of
 * the running system. Until it has written them, its servers are starting.
 */
export async function healthOf(kept: KeptState, serverUrls: ServerUrls): Promise<Health> {
  if (kept.state === 'restarting') return 'restarting';
  if (!stillRuns(kept)) return 'stopped';
  if (kept.healthUrl !== null) return wordFor(kept, await answersOk(kept.healthUrl));
  const name = kept.name as ServerName;
  const url = serverUrls[name];
  if (url === undefined) return 'starting';
  return wordFor(kept, await serverAnswers(name, { url, ports: kept.ports ?? {} }));
}

function wordFor(kept: KeptState, healthy: boolean): Health {
  if (healthy) return 'healthy';
  return kept.state === 'starting' ? 'starting' : 'unhealthy';
}

/** Whether the supervisor that wrote this state still runs. */
export function supervised(state: SystemState | undefined): state is SystemState {
  return state !== undefined && stillRuns(state.supervisor);
}
