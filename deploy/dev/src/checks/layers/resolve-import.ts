import { posix } from 'node:path';

/** Where an import leads: a file of the project (path from its root), or a package or built-in from outside. */
export type Target = { readonly file: string } | { readonly external: string };

/**
 * Resolves a specifier as the workspace's exports maps do, which all have one form: `@gavel/x/y` is `src/y.ts` and
 * `@gavel/x/gen/y` is `gen/y.ts`. `packages` maps a package's name to its folder.
 */
export function resolveImport(
  from: string,
  specifier: string,
  packages: ReadonlyMap<string, string>,
): Target {
  if (specifier.startsWith('.')) return { file: posix.join(posix.dirname(from), specifier) };
  if (specifier.startsWith('@/')) return { file: `bff/${specifier.slice(2)}` };
  const [scope = '', name = '', ...rest] = specifier.split('/');
  const folder = packages.get(`${scope}/${name}`);
  if (!folder) return { external: scope.startsWith('@') ? `${scope}/${name}` : scope };
  const within = rest.join('/');
  return { file: within.startsWith('gen/') ? `${folder}/${within}.ts` : `${folder}/src/${within}.ts` };
}
