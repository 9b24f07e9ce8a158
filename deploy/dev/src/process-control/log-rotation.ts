import { copyFile, readdir, rename, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Rotates each `*.log` of a folder that is longer than `maximumBytes`. The log is copied to `.1` (older copies move to `.2` and
 * `.3`) and then emptied, not renamed, because the process that writes it keeps it open.
 */
export async function rotateLogs(folder: string, maximumBytes: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.endsWith('.log'))) {
    const file = join(folder, name);
    if ((await stat(file)).size <= maximumBytes) continue;
    for (const [older, newer] of [
      ['.3', '.2'],
      ['.2', '.1'],
    ]) {
      await rename(`${file}${newer}`, `${file}${older}`).catch(ignoreMissing);
    }
    await copyFile(file, `${file}.1`);
    await truncate(file, 0);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
