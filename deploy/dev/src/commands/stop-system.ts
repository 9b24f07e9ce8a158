import { setTimeout as delay } from 'node:timers/promises';
import { LaunchError } from '../launch-error.ts';
import { readState, stillRuns } from '../system/system-files.ts';
import { supervised } from './health.ts';

const supervisorTimeoutMs = 90_000;
const leftoverTimeoutMs = 15_000;

/**
 * Stops the supervisor of a data folder, which stops its processes in order. Then stops processes that still run, for example
 * after a supervisor was killed.
 * @returns whether a supervisor was running
 * @throws `command-failed` with the names of processes that could not be stopped
 */
export async function stopSystem(directory: string, say: (text: string) => void): Promise<boolean> {
  const state = await readState(directory);
  if (state === undefined) return false;
  const ran = supervised(state);
  if (ran) {
    process.kill(state.supervisor.pid, 'SIGTERM');
    const deadline = Date.now() + supervisorTimeoutMs;
    while (stillRuns(state.supervisor) && Date.now() < deadline) await delay(100);
    if (stillRuns(state.supervisor)) {
      say(`the supervisor did not stop within ${supervisorTimeoutMs / 1000} s and is killed`);
      process.kill(state.supervisor.pid, 'SIGKILL');
    }
  }
  const last = (await readState(directory)) ?? state;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const left = last.kept.filter(stillRuns);
    if (left.length === 0) break;
    for (const each of left) {
      say(`${each.name} (pid ${each.pid}) is still running; sending ${signal}`);
      if (each.pid !== null) process.kill(each.pid, signal);
    }
    const deadline = Date.now() + leftoverTimeoutMs;
    while (last.kept.some(stillRuns) && Date.now() < deadline) await delay(100);
  }
  const left = last.kept.filter(stillRuns);
  if (left.length > 0) {
    throw new LaunchError(
      'command-failed',
      `These processes could not be stopped: ${left.map((each) => `${each.name} (${each.pid})`).join(', ')}.`,
      {
        wayOut: 'Stop them by their pid.',
      },
    );
  }
  return ran;
}
