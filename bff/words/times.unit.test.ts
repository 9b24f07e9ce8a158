import { expect, it } from 'vitest';
import { timeLeft } from './times.ts';

const end = '2026-01-02T03:04:05.000Z';
const left = (seconds: number) => timeLeft(end, Date.parse(end) - seconds * 1000)?.replaceAll('\u00a0', ' ');

it.each([
  [3 * 86_400 + 5 * 3600 + 59, '3 d 5 h'],
  [86_400, '1 d'],
  [86_399, '23 h 59 min'],
  [3600, '1 h'],
  [3599.5, '1 h'],
  [61, '1 min 1 s'],
  [60, '1 min'],
  [59, '59 s'],
  [1.5, '2 s'],
  [0.001, '1 s'],
  [0, undefined],
  [-5, undefined],
])('%d seconds before the end, the time left is %s', (seconds, text) => {
  expect(left(seconds)).toBe(text);
});

it('the time left of a text that is not a date is undefined', () => {
  expect(timeLeft('soon', 0)).toBeUndefined();
});
