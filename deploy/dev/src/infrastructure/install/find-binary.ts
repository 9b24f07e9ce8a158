import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The absolute path of the first executable with this name.
 * @param path a PATH to search
 * @param also more folders to search after it
 */
export function findBinary(name: string, path: string, also: readonly string[] = []): string | undefined {
  for (const folder of [...path.split(delimiter), ...also]) {
    const file = join(folder, name);
    if (folder !== '' && isExecutable(file)) return file;
  }
  return undefined;
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The names in a folder. Empty when the folder does not exist. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
