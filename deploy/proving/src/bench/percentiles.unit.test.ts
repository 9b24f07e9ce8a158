import { expect, test } from 'vitest';
import { percentiles } from './percentiles.ts';

test('percentiles are nearest-rank values of the samples in any order', () => {
  const samples = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(percentiles(samples)).toEqual({ count: 100, p50: 50, p99: 99, max: 100 });
  expect(percentiles([7])).toEqual({ count: 1, p50: 7, p99: 7, max: 7 });
});

test('the percentiles of an empty list are not numbers', () => {
  expect(percentiles([])).toEqual({ count: 0, p50: Number.NaN, p99: Number.NaN, max: Number.NaN });
});
