import type { IModule } from 'dependency-cruiser';
import type { Violation } from '../report-violations.ts';
import { isTestCode, type SourceFile } from '../source-files.ts';

/** A file with fewer lines and one importer is a crumb. */
const crumbLines = 25;
/** How many crumbs the project may have: a few have a good reason, which a comment in them says. */
const mostCrumbs = 20;

/**
 * Files that may be short: routes of the web framework, and the files that every process has. Programs have no importer, so
 * they are no crumbs in any case.
 */
const mayBeShort = /^bff\/app\/|\/fixtures\/|\/(main|process|config|migrate)\.ts$/;

/**
 * Short files with one importer: a reader follows one more import and learns little. Importers are source files; tests and `testing/`
 * folders neither count as importers nor are crumbs. Type-only imports count. Empty while there are at most `most`.
 */
export function findCrumbs(
  files: readonly SourceFile[],
  modules: readonly IModule[],
  most = mostCrumbs,
): Violation[] {
  const importers = countImporters(modules);
  const crumbs = files.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split('\n').length;
    const [importer, ...others] = importers.get(path) ?? [];
    if (importer === undefined || others.length > 0 || lines >= crumbLines) return [];
    return isTestCode(path) || mayBeShort.test(path) ? [] : [{ path, lines, importer }];
  });
  if (crumbs.length <= most) return [];
  return crumbs.map(({ path, lines, importer }) => ({
    file: path,
    line: 1,
    message: `${lines} lines and one importer: merge it into ${importer} (${crumbs.length} such files, at most ${most} may remain)`,
  }));
}

function countImporters(modules: readonly IModule[]): Map<string, Set<string>> {
  const importers = new Map<string, Set<string>>();
  for (const { source, dependencies } of modules.filter((each) => !isTestCode(each.source))) {
    for (const { resolved } of dependencies) {
      importers.set(resolved, (importers.get(resolved) ?? new Set()).add(source));
    }
  }
  return importers;
}
