import { parseSync } from 'oxc-parser';

export interface SourceFile {
  /** Path from the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly specifier: string;
  /** True when only types are taken, which leaves nothing behind at run time. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** Every import, re-export and dynamic import with a literal specifier. Throws on a file that does not parse. */
export function readImports(file: SourceFile): Import[] {
  const { module, errors } = parseSync(file.path, file.text);
  const [broken] = errors;
  if (broken) throw new Error(`${file.path} does not parse: ${broken.message}`);
  const lineOf = (offset: number) => file.text.slice(0, offset).split('\n').length;

  const imports = module.staticImports.map(({ moduleRequest, entries, start }) => ({
    specifier: moduleRequest.value,
    typeOnly: entries.length > 0 && entries.every((entry) => entry.isType),
    line: lineOf(start),
  }));
  const reExports = module.staticExports.flatMap(({ entries, start }) => {
    const specifier = entries.find((entry) => entry.moduleRequest)?.moduleRequest?.value;
    const typeOnly = entries.every((entry) => entry.isType);
    return specifier ? [{ specifier, typeOnly, line: lineOf(start) }] : [];
  });
  const dynamic = module.dynamicImports.flatMap(({ moduleRequest, start }) => {
    const literal = /^['"`]([^'"`$]+)['"`]$/.exec(file.text.slice(moduleRequest.start, moduleRequest.end));
    return literal?.[1] ? [{ specifier: literal[1], typeOnly: false, line: lineOf(start) }] : [];
  });
  return [...imports, ...reExports, ...dynamic];
}
