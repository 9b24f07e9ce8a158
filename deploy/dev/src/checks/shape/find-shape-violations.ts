import { parseSync, Visitor } from 'oxc-parser';
import type { Violation } from '../report-violations.ts';
import { isTestCode, type SourceFile } from '../source-files.ts';

const nothingFolders = /(?:^|\/)(utils?|common|shared|helpers?|misc|lib)\//;
const longestFile = 300;

/** Rules of the style page that no linter has: names of folders, length, where the environment is read, `export *`, waits in tests. */
export function findShapeViolations(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) =>
    rules.flatMap((rule) => rule(file).map((found) => ({ file: file.path, ...found }))),
  );
}

/** Entries of `exports` in a package.json that do not name one public file: wildcards, and names of inner folders. */
export function findOpenExports(manifests: readonly SourceFile[]): Violation[] {
  return manifests.flatMap(({ path, text }) => {
    const { exports = {} } = JSON.parse(text) as { exports?: Record<string, unknown> };
    return Object.keys(exports).flatMap((key) => {
      const problem = describeOpenExport(key);
      if (problem === undefined) return [];
      return [
        {
          file: path,
          line: lineAt(text, text.indexOf(`"${key}"`)),
          message: `"${key}" in exports ${problem}`,
        },
      ];
    });
  });
}

function describeOpenExport(key: string): string | undefined {
  if (key.includes('*')) return 'opens the whole package: name each public file, "./pool": "./src/pool.ts"';
  if (!/\/(adapters|application|domain)(\/|$)/.test(key)) return undefined;
  return 'names an inner folder: export the file under a public name, or export another file';
}

type Found = { line: number; message: string };

const rules: readonly ((file: SourceFile) => Found[])[] = [
  namesAFolderForAThing,
  staysShort,
  readsTheEnvironmentInConfig,
  exportsByName,
  saysHowLongItWaits,
];

function namesAFolderForAThing({ path }: SourceFile): Found[] {
  const folder = nothingFolders.exec(path)?.[1];
  return folder
    ? [{ line: 1, message: `"${folder}" says nothing: name the folder after what it holds` }]
    : [];
}

function staysShort({ text }: SourceFile): Found[] {
  const lines = text.trimEnd().split('\n').length;
  return lines > longestFile
    ? [{ line: lines, message: `${lines} lines: split a file of more than ${longestFile}` }]
    : [];
}

function readsTheEnvironmentInConfig({ path, text }: SourceFile): Found[] {
  if (/(^|\/)config\.ts$/.test(path) || isTestCode(path) || path.startsWith('deploy/proving/')) return [];
  return withoutComments({ path, text })
    .split('\n')
    .flatMap((line, index) =>
      /\bprocess\.env\b(?!\w)/.test(line) && !/\bNodeJS\.ProcessEnv\b/.test(line)
        ? [{ line: index + 1, message: 'read the environment in config.ts only' }]
        : [],
    );
}

function exportsByName({ path, text }: SourceFile): Found[] {
  return parseSync(path, text).module.staticExports.flatMap(({ start, entries }) =>
    entries.some((entry) => entry.importName.kind === 'AllButDefault')
      ? [{ line: lineAt(text, start), message: 'export by name, not `export *`' }]
      : [],
  );
}

function saysHowLongItWaits({ path, text }: SourceFile): Found[] {
  const found: Found[] = [];
  const { program } = parseSync(path, text);
  new Visitor({
    CallExpression({ callee, arguments: given, start }) {
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return;
      if (callee.object.type !== 'Identifier' || callee.object.name !== 'vi') return;
      if (!/^wait(For|Until)$/.test(callee.property.name) || given.length > 1) return;
      const message = `vi.${callee.property.name} gives up after one second, which is too short on a busy machine: pass { timeout }`;
      found.push({ line: lineAt(text, start), message });
    },
  }).visit(program);
  return found;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Blanks comments and keeps the lines. */
function withoutComments({ path, text }: SourceFile): string {
  let code = text;
  for (const { start, end } of parseSync(path, text).comments) {
    code = code.slice(0, start) + code.slice(start, end).replace(/[^\n]/g, ' ') + code.slice(end);
  }
  return code;
}
