import { parseSync } from 'oxc-parser';
import type { Violation } from '../report-violations.ts';
import type { SourceFile } from '../source-files.ts';

/** Phrases that readers stumbled over, and what to write instead. */
const refused: Readonly<Record<string, string>> = {
  'unless told': 'default: …',
  anew: 'again, or name what is recreated',
  'so many': 'the number, or what it counts',
  'now and then not': 'sometimes not',
  'told of': 'notified about, or receives',
  'for ever': 'forever, or without a limit',
  'at the latest': 'within, or by',
  'is away': 'is unavailable',
  'are away': 'are unavailable',
  whoever: 'the person, client or process that',
  'what it is made of': 'its fields, or its parts',
  'bid desk': 'bid batcher',
};

const pattern = new RegExp(
  `\\b(${Object.keys(refused).join('|').replaceAll(' ', '\\s+(?:\\*\\s+)?')})\\b`,
  'gi',
);

/** Refused phrases in comments and in Markdown. */
export function findPrivateEnglish(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) =>
    readProse(file).flatMap(({ start, text }) =>
      [...text.matchAll(pattern)].map(({ index, 0: words }) => {
        const phrase = words.toLowerCase().replaceAll(/[\s*]+/g, ' ');
        return {
          file: file.path,
          line: file.text.slice(0, start + index).split('\n').length,
          message: `"${phrase}" is not plain English: write "${refused[phrase]}"`,
        };
      }),
    ),
  );
}

function readProse({ path, text }: SourceFile): { start: number; text: string }[] {
  if (path.endsWith('.md')) return [{ start: 0, text }];
  return parseSync(path, text).comments.map(({ start, end }) => ({ start, text: text.slice(start, end) }));
}
