import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ObjectEntry, ObjectStore } from './object-store.ts';

/** The name of a file that is being written: the object's name and a random part. */
const TEMPORARY = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/;

/** Stores objects as files below a directory, which is created if it is missing. For one machine; use S3 for several. */
export function createDirectoryStore(directory: string): ObjectStore {
  return {
    async put(key, bytes) {
      const path = join(directory, key);
      const folder = dirname(path);
      await mkdir(folder, { recursive: true });
      // Written to a temporary file and renamed, so nobody reads half an object, even after a crash.
      const temporary = `${path}.${randomUUID()}.part`;
      const file = await open(temporary, 'w');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      await syncFolder(folder);
    },

    async get(key) {
      return unlessMissing(() => readFile(join(directory, key)));
    },

    async list(prefix) {
      const folder = join(directory, prefix);
      const found =
        (await unlessMissing(() => readdir(folder, { recursive: true, withFileTypes: true }))) ?? [];
      const entries: ObjectEntry[] = [];
      for (const file of found) {
        if (!file.isFile() || TEMPORARY.test(file.name)) continue;
        const path = join(file.parentPath, file.name);
        const key = prefix + path.slice(folder.length).replace(/^\//, '');
        entries.push({ key, size: (await stat(path)).size });
      }
      return entries;
    },

    close: () => undefined,
  };
}

/** A new name in a folder survives a power failure only after the folder itself was written. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
