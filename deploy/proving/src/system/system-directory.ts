import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '@gavel/dev/process-control/process-table';
import { gavelDirectory } from '@gavel/dev/project-root';

const KEPT_MS = 3_600_000;
let counter = 0;

/**
 * Creates a folder for one system's keys and logs, `.gavel/proving/<pid>-<n>`. It stays after the run, because the logs
 * explain a failure. Folders of ended runs are removed after an hour.
 */
export async function freshSystemDirectory(): Promise<{ id: string; path: string }> {
  const parent = join(gavelDirectory, 'proving');
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    const pid = /^(\d+)-\d+$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const { mtimeMs } = await stat(join(parent, name));
    if (Date.now() - mtimeMs > KEPT_MS) await rm(join(parent, name), { recursive: true });
  }
  counter += 1;
  const path = join(parent, `${process.pid}-${counter}`);
  await rm(path, { recursive: true, force: true });
  await mkdir(path);
  return { id: `${process.pid.toString(36)}${counter}`, path };
}
