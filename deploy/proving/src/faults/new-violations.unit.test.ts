import { describe, expect, test } from 'vitest';
import { describeRound } from './describe-round.ts';
import { NewViolations } from './new-violations.ts';
import type { Violation } from './verdict.ts';

const lost: Violation = { kind: 'lost', place: 'stream', detail: 'bid 1' };
const gap: Violation = { kind: 'gap', place: 'database', detail: 'no version 2' };

describe('what a round is told to have found', () => {
  test('is what no earlier round had found, and all of it counts once in the end', () => {
    const found = new NewViolations();
    expect(found.add([lost])).toEqual([lost]);
    expect(found.add([lost, gap])).toEqual([gap]);
    expect(found.add([])).toEqual([]);
    expect(found.all).toEqual([lost, gap]);
  });

  test('stands in its line with the strikes, and why it failed in another', () => {
    const round = {
      number: 7,
      faults: [{ name: 'kill -9 of bids', atMs: 1, downMs: 0 } as const],
      verdict: undefined,
      found: [lost],
      problem: 'could not be judged',
      tookMs: 4_321,
    };
    expect(describeRound(round, 9)).toBe(
      'round 7/9  4.3 s  not judged  [kill -9 of bids]\n  lost (stream): bid 1\n  FAILED: could not be judged',
    );
  });
});
