import { readFile, writeFile } from 'node:fs/promises';
import type { ProcessDescriptor } from '@gavel/proto/process';
import { processes } from './processes.ts';

const readme = new URL('../../../README.md', import.meta.url);
const BEGIN = '<!-- processes:begin: written by `npm run generate` from the descriptors -->\n';
const END = '<!-- processes:end -->';

/** The README of the package that holds a program: `services/bids/README.md` for `services/bids/src/main.ts`. */
export function readmeOf({ entry }: Pick<ProcessDescriptor, 'entry'>): string {
  return entry.replace(/(\/src\/.*|\/[^/]+)$/, '/README.md');
}

/** The README with its table of processes, written from the descriptors. Throws when the markers are missing. */
export function withProcessTable(text: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('README.md has no markers around its table of processes');
  const rows = processes.map(
    (process) => `| [\`${process.name}\`](${readmeOf(process)}) | ${process.port} | ${process.summary} |\n`,
  );
  const table = `| name | port | what it is |\n|---|---|---|\n${rows.join('')}`;
  return text.slice(0, begin + BEGIN.length) + table + text.slice(end);
}

if (import.meta.main) await writeFile(readme, withProcessTable(await readFile(readme, 'utf8')));
