import { expect, it } from 'vitest';
import { delayBefore } from './back-off.ts';

const pace = { firstMs: 100, maxMs: 1_000 };

it('doubles up to the cap and takes off at most a half', () => {
  expect([1, 2, 3, 4, 5, 900].map((attempt) => delayBefore(attempt, pace, 1))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ]);
  expect([1, 2, 900].map((attempt) => delayBefore(attempt, pace, 0))).toEqual([50, 100, 500]);
});
