import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const folder = new URL('./', import.meta.url);

// The guard makes the build fail when a client component imports the file. Without it, the file's code would silently be
// sent to browsers.
it('every file of this folder is guarded: it imports server-only, or it holds server actions', () => {
  const files = globSync('**/*.ts', { cwd: folder, exclude: ['**/*.test.ts'] });
  const unguarded = files.filter((file) => {
    const [first = ''] = readFileSync(new URL(file, folder), 'utf8').split('\n');
    return !["import 'server-only';", "'use server';"].includes(first);
  });
  expect(files.length).toBeGreaterThan(10);
  expect(unguarded).toEqual([]);
});
