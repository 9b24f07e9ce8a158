import { describe, expect, test } from 'vitest';
import { faultNames, planFaults, planRounds } from './plan-faults.ts';
import { seededRandom } from './random.ts';

describe('a plan of faults', () => {
  test('depends only on the seed', () => {
    const plan = (seed: number) => planFaults(seededRandom(seed), 60_000);
    expect(plan(7)).toEqual(plan(7));
    expect(plan(8)).not.toEqual(plan(7));
  });

  test.each([1, 2, 3, 4, 5])('holds every fault, in order of time and before the end (seed %i)', (seed) => {
    const plan = planFaults(seededRandom(seed), 60_000);
    expect(new Set(plan.map(({ name }) => name))).toEqual(new Set(faultNames));
    const times = plan.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(Math.max(...times)).toBeLessThan(54_001);
  });
});

describe('a plan of short rounds', () => {
  const plan = (seed: number) => {
    const next = planRounds(seededRandom(seed));
    return Array.from({ length: 60 }, () => next(2_000));
  };

  test('depends only on the seed', () => {
    expect(plan(7)).toEqual(plan(7));
    expect(plan(8)).not.toEqual(plan(7));
  });

  test('includes every fault, two or three in each round, within its time', () => {
    const rounds = plan(3);
    expect(new Set(rounds.flat().map(({ name }) => name))).toEqual(new Set(faultNames));
    for (const faults of rounds) {
      expect([2, 3]).toContain(faults.length);
      for (const { atMs } of faults) expect(atMs).toBeLessThanOrEqual(1_800);
    }
  });
});

describe('seeded random numbers', () => {
  test('stay within bounds and reach both ends', () => {
    const random = seededRandom(1);
    const drawn = new Set(Array.from({ length: 200 }, () => random.between(3, 5)));
    expect(drawn).toEqual(new Set([3, 4, 5]));
  });

  test('shuffle keeps every element', () => {
    expect(seededRandom(3).shuffle([1, 2, 3, 4]).toSorted()).toEqual([1, 2, 3, 4]);
  });
});
