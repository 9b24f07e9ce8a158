import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { LaunchError } from '../launch-error.ts';
import { isAlive } from './process-table.ts';

const patienceMs = 10 * 60_000;

/**
 * Takes a lock file that holds its owner's pid, waiting while a living process has it. A lock left behind by a
 * dead process is taken over.
 * @returns the release
 */
export async function holdLock(
  file: string,
  busy: string,
  report: (line: string) => void,
): Promise<() => Promise<void>> {
  const deadline = Date.now() + patienceMs;
  let told = false;
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(file, 'utf8').catch(() => ''));
    // An empty file is one whose owner is between creating and writing it: wait for it like for a living one.
    if (owner > 0 && !isAlive(owner)) {
      await rm(file, { force: true });
      continue;
    }
    if (Date.now() > deadline) {
      throw new LaunchError('lock-held', `Waited ten minutes: ${busy} (process ${owner}, lock ${file}).`, {
        wayOut: 'End that process, or remove the lock file when it is no launcher of Gavel.',
      });
    }
    if (!told) report(`waiting: ${busy} (process ${owner})`);
    told = true;
    await delay(200);
  }
}
