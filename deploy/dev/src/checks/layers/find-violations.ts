import { type Import, readImports, type SourceFile } from './read-imports.ts';
import { resolveImport, type Target } from './resolve-import.ts';
import { roomOf, ruleFor } from './rooms.ts';
import { refuseInside } from './service-layers.ts';

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** Everything a rule needs to judge one import. */
export interface Edge {
  readonly from: string;
  readonly import: Import;
  readonly target: Target;
}

/** Every import that goes against an arrow, in the order of the files. */
export function findViolations(
  files: readonly SourceFile[],
  packages: ReadonlyMap<string, string>,
): Violation[] {
  const edges = files.flatMap((file) =>
    readImports(file).map((each) => ({
      from: file.path,
      import: each,
      target: resolveImport(file.path, each.specifier, packages),
    })),
  );
  const imported = new Set(edges.flatMap(({ from, target }) => importedByProduction(from, target)));
  return edges.flatMap((edge) => {
    const message = refuseBetweenRooms(edge) ?? refuseTestCode(edge) ?? refuseInside(edge, imported);
    return message ? [{ file: edge.from, line: edge.import.line, message }] : [];
  });
}

/** Tests and the helpers in `testing/` folders: they run in no process of ours. */
export function isTestCode(file: string): boolean {
  return /\.test\.tsx?$|\/testing\//.test(file);
}

function importedByProduction(from: string, target: Target): string[] {
  return 'file' in target && !isTestCode(from) ? [target.file] : [];
}

function refuseBetweenRooms({ from, import: { specifier }, target }: Edge): string | undefined {
  if ('external' in target) return undefined;
  const [here, there] = [roomOf(from), roomOf(target.file)];
  const rule = ruleFor(here);
  if (!rule || here === there || rule.mayImport.includes(there)) return undefined;
  if (isTestCode(from) && (there === 'deploy/dev' || isTestCode(target.file))) return undefined;
  const allowed = rule.mayImport.length > 0 ? `only ${rule.mayImport.join(', ')}` : 'no other room';
  return `${here} may import ${allowed}: not ${there} (${specifier})`;
}

function refuseTestCode({ from, import: { specifier }, target }: Edge): string | undefined {
  if ('external' in target || !isTestCode(target.file)) return undefined;
  if (isTestCode(from) || roomOf(from).startsWith('deploy/')) return undefined;
  return `a process imports test code: ${specifier}`;
}
