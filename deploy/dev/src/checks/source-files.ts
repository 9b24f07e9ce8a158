import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { SourceFile } from './layers/read-imports.ts';

const rooms = ['proto', 'observability', 'services', 'consumers', 'bff', 'deploy'];
const skipped = new Set(['node_modules', 'gen', '.next', '.gavel', 'coverage']);

/** Every TypeScript file that a person wrote, by path from the root. */
export function readSourceFiles(root: string): SourceFile[] {
  return rooms
    .flatMap((room) => filesUnder(join(root, room), /\.tsx?$/))
    .filter((file) => !file.endsWith('.d.ts'))
    .map((file) => ({ path: relative(root, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }));
}

/** The workspace's packages: name to folder. */
export function readPackages(root: string): Map<string, string> {
  const manifests = rooms.flatMap((room) => filesUnder(join(root, room), /^package\.json$/));
  return new Map(
    manifests.map((file) => {
      const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name: string };
      return [name, relative(root, join(file, '..')).split(sep).join('/')];
    }),
  );
}

function filesUnder(folder: string, name: RegExp): string[] {
  let entries: ReturnType<typeof readEntries>;
  try {
    entries = readEntries(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesUnder(path, name);
    return name.test(entry.name) ? [path] : [];
  });
}

function readEntries(folder: string) {
  return readdirSync(folder, { withFileTypes: true });
}
