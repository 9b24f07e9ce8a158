import { parseSync, Visitor } from 'oxc-parser';
import type { Violation } from '../report-violations.ts';
import { isTestCode, type SourceFile } from '../source-files.ts';

const nothingFolders = /(?:^|\/)(utils?|common|shared|helpers?|misc|lib)\//;
const longestFile = 300;

/** The rules of the style page about whole files that no linter has: names of folders, length, the environment, `export *`. */
export function findShapeViolations(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) =>
    rules.flatMap((rule) => rule(file).map((found) => ({ file: file.path, ...found }))),
  );
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
  return folder ? [{ line: 1, message: `a folder is named for a thing, not "${folder}"` }] : [];
}

function staysShort({ text }: SourceFile): Found[] {
  const lines = text.trimEnd().split('\n').length;
  return lines > longestFile ? [{ line: lines, message: `${lines} lines: split past ${longestFile}` }] : [];
}

function readsTheEnvironmentInConfig({ path, text }: SourceFile): Found[] {
  if (/(^|\/)config\.ts$/.test(path) || isTestCode(path) || path.startsWith('deploy/proving/')) return [];
  return withoutComments({ path, text })
    .split('\n')
    .flatMap((line, index) =>
      /\bprocess\.env\b(?!\w)/.test(line) && !/\bNodeJS\.ProcessEnv\b/.test(line)
        ? [{ line: index + 1, message: 'the environment is read in config.ts only' }]
        : [],
    );
}

function exportsByName({ path, text }: SourceFile): Found[] {
  return parseSync(path, text).module.staticExports.flatMap(({ start, entries }) =>
    entries.some((entry) => entry.importName.kind === 'AllButDefault')
      ? [{ line: text.slice(0, start).split('\n').length, message: 'export by name, not `export *`' }]
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
      const message = `vi.${callee.property.name} gives up after a second, which a busy machine takes: say how long`;
      found.push({ line: text.slice(0, start).split('\n').length, message });
    },
  }).visit(program);
  return found;
}

/** Blanks comments and keeps the lines. */
function withoutComments({ path, text }: SourceFile): string {
  let code = text;
  for (const { start, end } of parseSync(path, text).comments) {
    code = code.slice(0, start) + code.slice(start, end).replace(/[^\n]/g, ' ') + code.slice(end);
  }
  return code;
}
