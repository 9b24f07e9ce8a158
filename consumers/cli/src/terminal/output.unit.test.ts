import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createOutput, toJson } from './output.ts';
import { formatTable } from './table.ts';
import { formatAge, formatBytes } from './units.ts';

describe('answers', () => {
  it('are aligned in columns, with numbers to the right and a dash for null', () => {
    expect(
      formatTable(
        ['NAME', 'LAG'],
        [
          ['a', 5n],
          ['long', null],
          ['b', 1000],
        ],
      ),
    ).toBe('NAME   LAG\na        5\nlong     -\nb     1000');
  });

  it('contain bigints in JSON as numbers if that is exact, otherwise as strings', () => {
    expect(toJson({ small: 12n, large: 9007199254740993n })).toBe('{"small":12,"large":"9007199254740993"}');
  });

  it('are the only thing on stdout, and a progress bar is drawn only on a terminal', () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const output = createOutput(true, { stdout, stderr });
    const progress = output.progress('reading', 10);
    progress.update(5);
    progress.stop();
    output.item({ a: 1 }, 'for people');
    expect(stdout.read()?.toString()).toBe('{"a":1}\n');
    expect(stderr.read()).toBeNull();
  });

  it('show ages and sizes in readable units', () => {
    expect([0, 59, 125, 11_520, 187_200].map(formatAge)).toEqual([
      '0 s',
      '59 s',
      '2 m 5 s',
      '3 h 12 m',
      '2 d 4 h',
    ]);
    expect([0, 999, 1_500, 100_000_000].map(formatBytes)).toEqual(['0 B', '999 B', '1.5 kB', '100 MB']);
  });
});
