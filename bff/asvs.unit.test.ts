import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../', import.meta.url);
const text = readFileSync(new URL('README.md', import.meta.url), 'utf8');
const rows = [...text.matchAll(/^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+) \|$/gm)].map(
  ([, line = '', , how = '']) => ({
    line,
    how,
  }),
);

// The lines of levels 1 and 2 in each chapter of ASVS 5.0.0, counted in the standard.
const linesOf = { 1: 27, 2: 11, 3: 19, 4: 10, 6: 35, 7: 18, 8: 7, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16 };

describe('the table of ASVS 5.0.0', () => {
  it('has every line of levels 1 and 2 in the chapters that apply, once', () => {
    expect(new Set(rows.map(({ line }) => line)).size).toBe(rows.length);
    const counted = Map.groupBy(rows, ({ line }) => Number(line.split('.', 1)[0]));
    expect(Object.fromEntries([...counted].map(([chapter, lines]) => [chapter, lines.length]))).toEqual(
      linesOf,
    );
  });

  it.each(rows)('line $line names a test that exists, or a reason', ({ how }) => {
    const [, file, name = ''] = /^`([^`]+\.test\.ts)`: (.+)$/.exec(how) ?? [];
    if (file === undefined) {
      expect(how).toMatch(/^(Does not apply|Document|Operator|Rule|Open): \S/);
      return;
    }
    expect(existsSync(new URL(file, root)), file).toBe(true);
    expect(readFileSync(new URL(file, root), 'utf8')).toContain(name);
  });
});
