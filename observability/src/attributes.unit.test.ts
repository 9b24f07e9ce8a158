import { readFileSync } from 'node:fs';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { expect, test } from 'vitest';
import { attribute, metric } from './attributes.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The rows of the table under a heading, each as a list of cells. */
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

/** The deprecated names of the semantic conventions, from the comments of the installed package. */
function deprecatedNames(): Set<string> {
  const names = new Set<string>();
  for (const file of ['experimental_attributes', 'experimental_metrics']) {
    const declarations = readFileSync(
      new URL(`${file}.d.mts`, import.meta.resolve('@opentelemetry/semantic-conventions/incubating')),
      'utf8',
    );
    for (const [, comment, name] of declarations.matchAll(
      /\/\*\*(.*?)\*\/\ndeclare const (?:ATTR|METRIC)_\w+: "([^"]+)"/gs,
    )) {
      if (comment?.includes('@deprecated') && name !== undefined) names.add(name);
    }
  }
  return names;
}

test('every messaging.* and rabbitmq.* name is a name of the semantic conventions, and not a deprecated one', () => {
  const theirs = new Set<unknown>(Object.values(conventions));
  const deprecated = deprecatedNames();
  expect(deprecated).toContain('messaging.system');
  const ours = [...Object.values(attribute), ...Object.values(metric).map(({ name }) => name)];
  const shared = ours.filter((name) => /^(messaging|rabbitmq)\./.test(name));
  expect(shared.length).toBeGreaterThan(10);
  expect(shared.filter((name) => !theirs.has(name) || deprecated.has(name))).toEqual([]);
});

test('names outside of the semantic conventions start with gavel.', () => {
  const conventional = /^(messaging|rabbitmq|error|rpc|peer)\./;
  const names = [...Object.values(attribute), ...Object.values(metric).map(({ name }) => name)];
  expect(names.filter((name) => !conventional.test(name) && !name.startsWith('gavel.'))).toEqual([]);
});
