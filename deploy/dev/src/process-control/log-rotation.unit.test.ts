import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rotateLogs } from './log-rotation.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gavel-logs-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a log above the limit is copied and emptied, and a shorter one is unchanged', async () => {
  writeFileSync(join(folder, 'long.log'), 'x'.repeat(101));
  writeFileSync(join(folder, 'short.log'), 'short');
  await rotateLogs(folder, 100);
  expect(readFileSync(join(folder, 'long.log'), 'utf8')).toBe('');
  expect(readFileSync(join(folder, 'long.log.1'), 'utf8')).toHaveLength(101);
  expect(readFileSync(join(folder, 'short.log'), 'utf8')).toBe('short');
});

test('three older copies are kept', async () => {
  for (const content of ['first', 'second', 'third', 'fourth']) {
    writeFileSync(join(folder, 'a.log'), content);
    await rotateLogs(folder, 1);
  }
  const kept = ['.1', '.2', '.3'].map((end) => readFileSync(join(folder, `a.log${end}`), 'utf8'));
  expect(kept).toEqual(['fourth', 'third', 'second']);
});
