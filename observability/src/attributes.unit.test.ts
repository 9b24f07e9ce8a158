import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { attribute, metric } from './attributes.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The rows of the table under a heading, each as its cells. */
function tableUnder(heading: string): string[][] {
  const section = readme.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

test('the README lists every attribute name and no other', () => {
  expect(tableUnder('Attributes').map(([name]) => name)).toEqual(Object.values(attribute));
});

test('the README lists every metric with its kind, unit and description, and no other', () => {
  expect(tableUnder('Metrics')).toEqual(
    Object.values(metric).map(({ name, kind, unit, description }) => [name, kind, unit, description]),
  );
});

test('names outside the semantic conventions are gavel.*', () => {
  const conventions = /^(messaging|error|rpc)\./;
  const names = [...Object.values(attribute), ...Object.values(metric).map(({ name }) => name)];
  expect(names.filter((name) => !conventions.test(name) && !name.startsWith('gavel.'))).toEqual([]);
});
