import { describe, expect, test } from 'vitest';
import { describeRound, NewViolations } from './round.ts';
import type { Violation } from './verdict.ts';

const lost: Violation = { kind: 'lost', place: 'stream', detail: 'bid 1' };
const gap: Violation = { kind: 'gap', place: 'database', detail: 'no version 2' };

describe('the findings of a round', () => {
  test('are new ones only, and each counts once in the end', () => {
    const found = new NewViolations();
    expect(found.add([lost])).toEqual([lost]);
    expect(found.add([lost, gap])).toEqual([gap]);
    expect(found.add([])).toEqual([]);
    expect(found.all).toEqual([lost, gap]);
  });

  test('are printed in one line with the faults, and the problem in another', () => {
    const round = {
      number: 7,
      faults: [{ name: 'kill -9 of bids', atMs: 1, downMs: 0 } as const],
      verdict: undefined,
      found: [lost],
      problem: 'could not be checked',
      tookMs: 4_321,
    };
    expect(describeRound(round, 9)).toBe(
      'round 7/9  4.3 s  not checked  [kill -9 of bids]\n  lost (stream): bid 1\n  FAILED: could not be checked',
    );
  });
});
