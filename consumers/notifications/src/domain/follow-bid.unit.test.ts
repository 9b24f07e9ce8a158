import { describe, expect, it } from 'vitest';
import { type Bid, followBid, type KnownBids } from './follow-bid.ts';

const at = new Date('2026-05-01T12:00:00Z');

function bid(userId: string, sequence: number): Bid {
  const amount = BigInt(sequence * 100);
  return {
    eventId: `e${sequence}`,
    itemId: 'item',
    userId,
    sequence: BigInt(sequence),
    amount,
    currency: 'EUR',
    placedAt: at,
  };
}

/** Follows bids in the order given, as the tables would. */
function follow(...bids: Bid[]): string[] {
  const newest = new Map<string, Bid>();
  const told = new Set<string>();
  for (const each of bids) {
    const leader = [...newest.values()].toSorted((a, b) => Number(b.sequence - a.sequence))[0];
    const known: KnownBids = { leader, own: newest.get(each.userId), ending: undefined };
    for (const notice of followBid(each, known)) told.add(`${notice.userId} outbid by ${notice.eventId}`);
    if ((known.own?.sequence ?? 0n) < each.sequence) newest.set(each.userId, each);
  }
  return [...told].toSorted();
}

describe('who is told of a bid', () => {
  it('the bidder who led until then, with the price and the bid that took the lead', () => {
    const known = { leader: bid('ann', 2), own: undefined, ending: undefined };
    expect(followBid(bid('bob', 3), known)).toEqual([
      {
        kind: 'outbid',
        eventId: 'e3',
        itemId: 'item',
        userId: 'ann',
        price: { amount: 300n, currency: 'EUR' },
        happenedAt: at,
      },
    ]);
  });

  it('nobody of the first bid, and nobody when a leader raises their own', () => {
    expect(follow(bid('ann', 2), bid('ann', 3))).toEqual([]);
  });

  it('each loser of the lead once, when bids come in order', () => {
    expect(follow(bid('ann', 2), bid('bob', 3), bid('cho', 4))).toEqual([
      'ann outbid by e3',
      'bob outbid by e4',
    ]);
  });

  it('each loser of the lead once, when a bid between comes last', () => {
    expect(follow(bid('ann', 2), bid('cho', 4), bid('bob', 3))).toEqual([
      'ann outbid by e4',
      'bob outbid by e4',
    ]);
  });

  it('never the leader, when their bids overtake an older one', () => {
    expect(follow(bid('ann', 2), bid('ann', 4), bid('bob', 3))).toEqual(['bob outbid by e4']);
    expect(follow(bid('ann', 4), bid('ann', 2), bid('bob', 3))).toEqual(['bob outbid by e4']);
  });

  it('nobody twice, when a bidder raises late what was beaten already', () => {
    expect(follow(bid('ann', 2), bid('cho', 4), bid('ann', 3))).toEqual(['ann outbid by e4']);
  });

  it('nobody once the auction has closed, and the late bidder when the item was withdrawn', () => {
    const ending = { eventId: 'end', at };
    const leader = bid('ann', 2);
    const closed = { leader, own: undefined, ending: { kind: 'closed', ...ending } } as const;
    expect(followBid(bid('bob', 3), closed)).toEqual([]);
    const withdrawn = { leader, own: undefined, ending: { kind: 'cancelled', ...ending } } as const;
    expect(followBid(bid('bob', 3), withdrawn)).toMatchObject([
      { kind: 'cancelled', userId: 'bob', eventId: 'end' },
    ]);
  });
});
