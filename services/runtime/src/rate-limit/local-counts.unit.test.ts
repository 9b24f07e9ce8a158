import { expect, it } from 'vitest';
import { LocalCounts } from './local-counts.ts';

const SECOND = 1_000_000;
const rule = { name: 'test', limit: 3, seconds: 30 };
const by = (who: string, of = rule) => [{ rule: of, who }];

it('lets so many through at once, then one in each part of the time, and tells how long to wait', () => {
  const counts = new LocalCounts();
  for (let i = 0; i < 3; i++) expect(counts.take(by('ann'), 0)).toBe(0);
  expect(counts.take(by('ann'), 0)).toBe(10 * SECOND);
  expect(counts.take(by('ann'), 4 * SECOND)).toBe(6 * SECOND);
  expect(counts.take(by('bob'), 4 * SECOND)).toBe(0);
  expect(counts.take(by('ann'), 10 * SECOND)).toBe(0);
  expect(counts.take(by('ann'), 10 * SECOND)).toBe(10 * SECOND);
  for (let i = 0; i < 3; i++) expect(counts.take(by('ann'), 100 * SECOND)).toBe(0);
});

it('counts nothing when one of several rules refuses', () => {
  const counts = new LocalCounts();
  const narrow = { name: 'narrow', limit: 1, seconds: 30 };
  const both = [...by('ann'), ...by('here', narrow)];
  expect(counts.take(both, 0)).toBe(0);
  for (let i = 0; i < 5; i++) expect(counts.take(both, 0)).toBe(30 * SECOND);
  expect(counts.take(by('ann'), 0)).toBe(0);
  expect(counts.take(by('ann'), 0)).toBe(0);
  expect(counts.take(by('ann'), 0)).toBe(10 * SECOND);
});

it('does not grow for ever, and forgets those first who have their whole allowance back', () => {
  const counts = new LocalCounts();
  for (let i = 0; i < 3; i++) counts.take(by('patient'), 0);
  for (let i = 0; i < 100_001; i++) counts.take(by(`stranger ${i}`), 0);
  for (let i = 0; i < 3; i++) counts.take(by('late'), 60 * SECOND);
  expect(counts.take(by('late'), 60 * SECOND)).toBeGreaterThan(0);
  expect(counts.take(by('patient'), 60 * SECOND)).toBe(0);
});
