import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PictureStore } from '../../application/ports.ts';

/** Stores pictures as files below a directory, which is created if it is missing. For one machine; use S3 for several. */
export function createPictureDirectory(directory: string): PictureStore {
  return {
    async put(key, bytes) {
      const path = join(directory, key);
      await mkdir(dirname(path), { recursive: true });
      // Written to a temporary file and renamed, so nobody reads half a picture, even after a crash.
      const temporary = `${path}.${randomUUID()}`;
      const file = await open(temporary, 'w');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    },

    async get(key) {
      try {
        return await readFile(join(directory, key));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}
