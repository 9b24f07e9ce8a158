import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

export interface SourceFile {
  /** Path from the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** The top-level folders that hold source code. */
export const sourceFolders = ['proto', 'observability', 'services', 'consumers', 'bff', 'deploy'];
const skipped = new Set(['node_modules', 'gen', '.next', '.gavel', 'coverage']);

/** Every hand-written TypeScript file. */
export function readSourceFiles(root: string): SourceFile[] {
  return readFiles(root, /(?<!\.d)\.tsx?$/);
}

/** The package.json of every workspace. */
export function readManifests(root: string): SourceFile[] {
  return readFiles(root, /^package\.json$/);
}

/** READMEs, decision records and the two pages at the root. */
export function readDocuments(root: string): SourceFile[] {
  const pages = ['README.md', 'CONTRIBUTING.md'].filter((path) => existsSync(join(root, path)));
  return [
    ...pages.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
    ...readFiles(root, /\.md$/),
  ];
}

/** Tests and their support in `testing/` folders. No process runs them. */
export function isTestCode(path: string): boolean {
  return /\.test\.tsx?$|\/testing\//.test(path);
}

function readFiles(root: string, name: RegExp): SourceFile[] {
  return sourceFolders
    .flatMap((folder) => filesUnder(join(root, folder), name))
    .map((file) => ({ path: relative(root, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }));
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
