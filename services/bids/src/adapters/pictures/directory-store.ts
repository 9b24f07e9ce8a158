import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PictureStore } from '../../application/pictures.ts';

/** Keeps pictures as files below a directory, which is made when missing. For one machine; use S3 where there are more. */
export function createDirectoryStore(directory: string): PictureStore {
  return {
    async put(key, bytes) {
      const path = join(directory, key);
      await mkdir(dirname(path), { recursive: true });
      // Written aside and renamed, so nobody ever reads half a picture, whatever dies in between.
      const aside = `${path}.${randomUUID()}`;
      const file = await open(aside, 'w');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(aside, path);
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
