import { describe, expect, it } from 'vitest';
import { at, audit, bid, created, history } from '../testing/scenario.ts';

describe('the order of events', () => {
  const events = history(
    [0, created],
    [1, bid('ann', 100n, 1n)],
    [2, bid('ben', 110n, 2n, { outbidUserId: 'ann' })],
  );
  const [first, second, third] = events;
  if (!first || !second || !third) throw new Error('three events');

  it('has no gap', () => {
    expect(audit([first, third]).broken).toEqual(['sequence_gap']);
  });

  it('begins with the creation', () => {
    expect(audit([{ ...second, sequence: 1n }]).broken).toEqual(['not_created_first']);
    expect(audit([{ ...first, sequence: 2n }]).broken).toEqual(['not_created_first']);
  });

  it('may begin in the middle, because retention removes old events', () => {
    expect(audit([second, third])).toMatchObject({
      broken: [],
      auction: { price: 110n, revision: undefined },
    });
  });

  it('repeats old events after a refill, and they change nothing', () => {
    expect(audit([...events, first, second])).toMatchObject({
      broken: [],
      auction: { price: 110n, sequence: 3n },
    });
  });

  it('never uses a sequence twice: another history was written after the stream', () => {
    const other = { ...second, id: 'other', at: at(60), fact: bid('eve', 150n, 1n) };
    expect(audit([...events, other])).toMatchObject({
      broken: ['sequence_reused'],
      auction: { price: 110n },
    });
  });
});
