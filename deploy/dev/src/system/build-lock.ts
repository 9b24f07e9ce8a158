import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pause } from '@gavel/resilience';
import { LaunchError } from '../launch-error.ts';
import { isAlive } from '../process-control/process-table.ts';

const POLL_MS = 250;

/**
 * Takes the lock of a build, which one process holds at a time, and waits while a living process holds it. A process that
 * ended without releasing the lock does not hold it.
 * @param directory where the lock is kept; created when it is missing
 * @returns releases the lock
 * @throws `command-failed` when the signal is aborted meanwhile
 */
export async function takeBuildLock(directory: string, signal: AbortSignal): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true });
  const lock = join(directory, 'web-build.lock');
  // A link to a complete file appears at once, so that nobody reads a lock without its owner.
  const own = `${lock}.${process.pid}`;
  await writeFile(own, String(process.pid));
  try {
    for (;;) {
      if (await linkedNow(own, lock)) return () => rm(lock, { force: true });
      const owner = await readFile(lock, 'utf8').catch(() => '');
      if (owner !== '' && !isAlive(Number(owner))) await rm(lock, { force: true });
      else await pause(POLL_MS, signal);
      if (signal.aborted) throw interruptedBuild();
    }
  } finally {
    await rm(own, { force: true });
  }
}

export const interruptedBuild = (): LaunchError =>
  new LaunchError('command-failed', 'The build of the web app was interrupted.', {
    wayOut: 'Run `make up` again.',
  });

async function linkedNow(own: string, lock: string): Promise<boolean> {
  try {
    await link(own, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
