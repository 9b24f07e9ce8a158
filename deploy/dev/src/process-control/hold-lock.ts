import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { LaunchError } from '../launch-error.ts';
import { isAlive } from './process-table.ts';

const waitMs = 10 * 60_000;

/**
 * Takes a lock file, which holds the pid of its owner. Waits up to ten minutes while a running process has the lock, and takes
 * over the lock of a process that no longer runs.
 * @param busy says in messages what the owner is doing: "another launcher is unpacking RabbitMQ"
 * @returns a function that releases the lock
 * @throws `lock-held` after ten minutes
 */
export async function holdLock(
  file: string,
  busy: string,
  report: (line: string) => void,
): Promise<() => Promise<void>> {
  const deadline = Date.now() + waitMs;
  let reported = false;
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(file, 'utf8').catch(() => ''));
    // The file is empty when its owner has just created it and not written its pid yet. Then wait as well.
    if (owner > 0 && !isAlive(owner)) {
      await rm(file, { force: true });
      continue;
    }
    if (Date.now() > deadline) {
      throw new LaunchError(
        'lock-held',
        `Gave up after ten minutes, because ${busy} (pid ${owner}, lock file ${file}).`,
        {
          wayOut: 'Stop that process. When it is not a launcher of Gavel, remove the lock file instead.',
        },
      );
    }
    if (!reported) report(`waiting, because ${busy} (pid ${owner})`);
    reported = true;
    await delay(200);
  }
}
