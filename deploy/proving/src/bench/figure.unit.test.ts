import { expect, test } from 'vitest';
import { formatFigures, meetsGoal } from './figure.ts';

test('a rate reaches its goal at or above it, a latency below it', () => {
  expect(meetsGoal({ what: 'a', value: 5000, unit: 'per second', goal: { atLeast: 5000 } })).toBe(true);
  expect(meetsGoal({ what: 'a', value: 4999, unit: 'per second', goal: { atLeast: 5000 } })).toBe(false);
  expect(meetsGoal({ what: 'a', value: 25, unit: 'ms', goal: { below: 25 } })).toBe(false);
  expect(meetsGoal({ what: 'a', value: 1, unit: 'ms' })).toBeUndefined();
});

test('the table is aligned and shows missed goals', () => {
  const table = formatFigures([
    {
      what: 'relay',
      value: 12_345.6,
      unit: 'per second',
      against: { what: 'raw', value: 24_691 },
      goal: { atLeast: 5000 },
    },
    { what: 'latency, median', value: 31.25, unit: 'ms', goal: { below: 25 }, note: 'slow' },
  ]);
  expect(table.split('\n').map((line) => line.trimEnd())).toEqual([
    'what              value  unit        of raw  goal           note',
    '---------------  ------  ----------  ------  -------------  ----',
    'relay            12,346  per second    50 %  ≥ 5,000 kept',
    'latency, median    31.3  ms                  < 25.0 MISSED  slow',
  ]);
});

test('a measurement without samples is a line of the table and reaches no goal', () => {
  const none = { what: 'latency', value: Number.NaN, unit: 'ms', goal: { below: 25 } } as const;
  expect(formatFigures([none])).toContain('no samples');
  expect(meetsGoal(none)).toBe(false);
});
