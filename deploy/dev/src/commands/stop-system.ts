import { setTimeout as delay } from 'node:timers/promises';
import { LaunchError } from '../launch-error.ts';
import { readState, stillRuns } from '../system/system-files.ts';
import { supervised } from './health.ts';

const patienceMs = 90_000;

/**
 * Ends the supervisor of a folder in order, and then whatever an earlier one left behind.
 * @returns whether anything was running
 * @throws when something could not be ended
 */
export async function stopSystem(directory: string, say: (text: string) => void): Promise<boolean> {
  const state = await readState(directory);
  if (state === undefined) return false;
  const ran = supervised(state);
  if (ran) {
    process.kill(state.supervisor.pid, 'SIGTERM');
    const deadline = Date.now() + patienceMs;
    while (stillRuns(state.supervisor) && Date.now() < deadline) await delay(100);
    if (stillRuns(state.supervisor)) {
      say('the supervisor does not end by itself: killing it');
      process.kill(state.supervisor.pid, 'SIGKILL');
    }
  }
  const last = (await readState(directory)) ?? state;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const left = last.kept.filter(stillRuns);
    if (left.length === 0) break;
    for (const each of left) {
      say(`${each.name} (pid ${each.pid}) was left behind: ${signal}`);
      if (each.pid !== null) process.kill(each.pid, signal);
    }
    const deadline = Date.now() + 15_000;
    while (last.kept.some(stillRuns) && Date.now() < deadline) await delay(100);
  }
  const left = last.kept.filter(stillRuns);
  if (left.length > 0) {
    throw new LaunchError(
      'command-failed',
      `Still running: ${left.map((each) => `${each.name} (${each.pid})`).join(', ')}.`,
      {
        wayOut: 'End them by their pid.',
      },
    );
  }
  return ran;
}
