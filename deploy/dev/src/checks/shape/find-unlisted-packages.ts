import type { Violation } from '../report-violations.ts';
import type { SourceFile } from '../source-files.ts';

interface Manifest {
  readonly name?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/**
 * Imports of Gavel's own packages that the importing package's package.json does not list. npm links every workspace into one
 * node_modules, so such an import works here and nothing else refuses it.
 */
export function findUnlistedPackages(
  files: readonly SourceFile[],
  manifests: readonly SourceFile[],
): Violation[] {
  return manifests.flatMap(({ path, text }) => {
    const { name = '', dependencies = {}, devDependencies = {} } = JSON.parse(text) as Manifest;
    const listed = new Set([name, ...Object.keys(dependencies), ...Object.keys(devDependencies)]);
    const folder = path.slice(0, -'package.json'.length);
    const importers = new Map<string, string>();
    for (const file of files) {
      if (!file.path.startsWith(folder)) continue;
      for (const imported of importedPackages(file.text)) {
        if (!listed.has(imported) && !importers.has(imported)) importers.set(imported, file.path);
      }
    }
    return [...importers].map(([imported, importer]) => ({
      file: path,
      line: 1,
      message: `${imported} is imported by ${importer}: list it in dependencies, or in devDependencies if only tests import it`,
    }));
  });
}

// A statement begins its line, so source text inside a test's strings does not count.
const IMPORT = /^(?:import|export|\}).*? ?'(@gavel\/[^/']+)/gm;

function importedPackages(text: string): string[] {
  return [...text.matchAll(IMPORT)].map(([, name = '']) => name);
}
