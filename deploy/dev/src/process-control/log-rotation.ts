import { copyFile, readdir, rename, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Keeps each `*.log` of a folder below `maximumBytes`: a longer one is copied to `.1` (older copies move up to `.3`)
 * and emptied in place, because its writer holds it open for appending.
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
