import { describe, expect, it } from 'vitest';
import { after, at, bidPlaced, created } from '../../testing/auction-scenario.ts';
import { leadsAt, reserveMet } from './auction.ts';
import type { AuctionEvent } from './events.ts';

/** The users who lead `seconds` after the start, and whether the reserve price is met. */
function standing(seconds: number, ...events: AuctionEvent[]) {
  const auction = after(...events);
  if (!auction) throw new Error('no auction');
  const leaders = ['ann', 'bob', 'seller'].filter((user) => leadsAt(auction, user, at(seconds)));
  return { leaders, reserveMet: reserveMet(auction) };
}

const closed = (outcome: 'sold' | 'reserve_not_met', userId?: string): AuctionEvent => ({
  type: 'AuctionClosed',
  outcome,
  winner: userId === undefined ? undefined : { userId, amount: 500n },
  at: at(3600),
});

describe('who leads', () => {
  it('is the highest bidder while the auction runs', () => {
    const bids = [created(), bidPlaced('ann', 100n), bidPlaced('bob', 200n, 2)] as const;
    expect(standing(3, ...bids).leaders).toEqual(['bob']);
  });

  it('is from the end on the one who wins, before and after the closing', () => {
    const bids = [created({ reservePrice: 500n }), bidPlaced('ann', 500n)] as const;
    expect(standing(3600, ...bids)).toEqual({ leaders: ['ann'], reserveMet: true });
    expect(standing(3601, ...bids, closed('sold', 'ann'))).toEqual({ leaders: ['ann'], reserveMet: true });
  });

  it('is nobody from the end on when the reserve price is not met', () => {
    const bids = [created({ reservePrice: 500n }), bidPlaced('ann', 400n)] as const;
    expect(standing(3599, ...bids)).toEqual({ leaders: ['ann'], reserveMet: false });
    expect(standing(3600, ...bids)).toEqual({ leaders: [], reserveMet: false });
    expect(standing(3601, ...bids, closed('reserve_not_met'))).toEqual({ leaders: [], reserveMet: false });
  });

  it('is the buyer of an item that was bought now, and its reserve price counts as met', () => {
    const bids = [created({ reservePrice: 500n, buyNowPrice: 500n }), bidPlaced('ann', 400n)] as const;
    const bought: AuctionEvent = { type: 'ItemBoughtNow', buyerId: 'bob', amount: 500n, at: at(3) };
    const sold: AuctionEvent = { ...closed('sold', 'bob'), at: at(3) };
    expect(standing(4, ...bids, bought, sold)).toEqual({ leaders: ['bob'], reserveMet: true });
  });
});
