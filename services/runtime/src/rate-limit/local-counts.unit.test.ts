import { expect, it } from 'vitest';
import { createLocalCounts } from './local-counts.ts';
import type { RateRule } from './rate-rule.ts';

const SECOND = 1_000_000;
const rule = { name: 'test', limit: 3, seconds: 30 };
const by = (who: string, of: RateRule = rule) => [{ rule: of, who }];

it('a token bucket allows its limit at once, then one per interval, and returns the time to wait', () => {
  const counts = createLocalCounts();
  for (let i = 0; i < 3; i++) expect(counts.take(by('ann'), 0)).toBe(0);
  expect(counts.take(by('ann'), 0)).toBe(10 * SECOND);
  expect(counts.take(by('ann'), 4 * SECOND)).toBe(6 * SECOND);
  expect(counts.take(by('bob'), 4 * SECOND)).toBe(0);
  expect(counts.take(by('ann'), 10 * SECOND)).toBe(0);
  expect(counts.take(by('ann'), 10 * SECOND)).toBe(10 * SECOND);
  for (let i = 0; i < 3; i++) expect(counts.take(by('ann'), 100 * SECOND)).toBe(0);
});

it('a fixed window allows its limit, and allows it again when the window ends', () => {
  const counts = createLocalCounts();
  const window = by('ann', { ...rule, algorithm: 'fixed window' as const });
  for (let i = 0; i < 3; i++) expect(counts.take(window, i * SECOND)).toBe(0);
  expect(counts.take(window, 3 * SECOND)).toBe(27 * SECOND);
  expect(counts.take(window, 29 * SECOND)).toBe(1 * SECOND);
  for (let i = 0; i < 3; i++) expect(counts.take(window, 30 * SECOND)).toBe(0);
  expect(counts.take(window, 30 * SECOND)).toBe(30 * SECOND);
});

it('a check counts nothing, and a reset removes the count', () => {
  const counts = createLocalCounts();
  for (const algorithm of ['token bucket', 'fixed window'] as const) {
    const one = by('ann', { ...rule, name: algorithm, limit: 1, algorithm });
    for (let i = 0; i < 3; i++) expect(counts.check(one, 0)).toBe(0);
    expect(counts.take(one, 0)).toBe(0);
    expect(counts.check(one, 0)).toBe(30 * SECOND);
    counts.reset(one);
    expect(counts.check(one, 0)).toBe(0);
  }
});

it('counts nothing when one of several rules refuses', () => {
  const counts = createLocalCounts();
  const narrow = { name: 'narrow', limit: 1, seconds: 30 };
  const both = [...by('ann'), ...by('here', narrow)];
  expect(counts.take(both, 0)).toBe(0);
  for (let i = 0; i < 5; i++) expect(counts.take(both, 0)).toBe(30 * SECOND);
  expect(counts.take(by('ann'), 0)).toBe(0);
  expect(counts.take(by('ann'), 0)).toBe(0);
  expect(counts.take(by('ann'), 0)).toBe(10 * SECOND);
});

it('the number of keys is limited, and counts without effect are removed first', () => {
  const counts = createLocalCounts();
  for (let i = 0; i < 3; i++) counts.take(by('patient'), 0);
  for (let i = 0; i < 100_001; i++) counts.take(by(`stranger ${i}`), 0);
  for (let i = 0; i < 3; i++) counts.take(by('late'), 60 * SECOND);
  expect(counts.take(by('late'), 60 * SECOND)).toBeGreaterThan(0);
  expect(counts.take(by('patient'), 60 * SECOND)).toBe(0);
});
