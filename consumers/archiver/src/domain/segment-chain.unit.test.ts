import { expect, it } from 'vitest';
import { chainSegments } from './segment-chain.ts';

const segments = (...ranges: [number, number][]) =>
  ranges.map(([first, last]) => ({ first: BigInt(first), last: BigInt(last) }));

it('orders segments by their offsets', () => {
  expect(chainSegments(segments([10, 19], [0, 9], [20, 20]))).toEqual({
    segments: segments([0, 9], [10, 19], [20, 20]),
    holes: [],
  });
});

it('names the offsets that no segment has, also between segments that overlap', () => {
  expect(chainSegments(segments([5, 9], [12, 20], [14, 25], [30, 31])).holes).toEqual(
    segments([10, 11], [26, 29]),
  );
});

it('leaves out segments that add nothing, and keeps those that add something', () => {
  expect(chainSegments(segments([0, 4], [0, 9], [5, 9], [5, 12], [13, 13]))).toEqual({
    segments: segments([0, 9], [5, 12], [13, 13]),
    holes: [],
  });
});

it('has neither segments nor holes in an empty archive', () => {
  expect(chainSegments([])).toEqual({ segments: [], holes: [] });
});
