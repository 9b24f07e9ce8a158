import { describe, expect, it } from 'vitest';
import {
  accepted,
  after,
  at,
  bidPlaced,
  clockCreated,
  createClock,
  given,
  placeBid,
  START,
} from '../../testing/auction-scenario.ts';
import { decide } from './decide.ts';
import type { AuctionEvent } from './event.ts';
import { evolveAll } from './evolve.ts';

const cancelled: AuctionEvent = { type: 'ItemCancelled', at: at(1) };
const closedUnsold: AuctionEvent = {
  type: 'AuctionClosed',
  outcome: 'no_bids',
  winner: undefined,
  at: at(3600),
};

function rejected(reason: string) {
  return { ok: false, rejection: { reason } };
}

function tooLow(minimum: bigint) {
  return { ok: false, rejection: { reason: 'BID_TOO_LOW', minimum: { amount: minimum, currency: 'USD' } } };
}

describe('creating an item', () => {
  it('is accepted from one second to 90 days ahead', () => {
    for (const seconds of [1, 5, 90 * 86_400]) {
      const command = { ...createClock, endAt: at(seconds) };
      expect(given().when(command, 0)).toEqual(
        accepted({ ...clockCreated, endAt: at(seconds) } as AuctionEvent),
      );
    }
  });

  it('is refused when it would end too soon or too late', () => {
    expect(given().when({ ...createClock, endAt: at(0.999) }, 0)).toEqual(rejected('END_TOO_SOON'));
    expect(given().when({ ...createClock, endAt: at(-1) }, 0)).toEqual(rejected('END_TOO_SOON'));
    expect(given().when({ ...createClock, endAt: at(90 * 86_400 + 0.001) }, 0)).toEqual(
      rejected('END_TOO_LATE'),
    );
  });
});

describe('bidding', () => {
  it('takes the start price as its first minimum', () => {
    expect(given(clockCreated).when(placeBid('ann', 99n))).toEqual(tooLow(100n));
    expect(given(clockCreated).when(placeBid('ann', 100n))).toEqual(accepted(bidPlaced('ann', 100n, 2)));
  });

  it('must exceed the highest bid, also for its own bidder', () => {
    const auction = given(clockCreated, bidPlaced('ann', 250n));
    expect(auction.when(placeBid('bob', 250n))).toEqual(tooLow(251n));
    expect(auction.when(placeBid('ann', 250n))).toEqual(tooLow(251n));
    expect(auction.when(placeBid('bob', 251n))).toEqual(accepted(bidPlaced('bob', 251n, 2)));
    expect(auction.when(placeBid('ann', 251n))).toEqual(accepted(bidPlaced('ann', 251n, 2)));
  });

  it('ends exactly at the end, whether or not the auction has been closed', () => {
    expect(given(clockCreated).when(placeBid('ann', 100n), 3599.999).ok).toBe(true);
    expect(given(clockCreated).when(placeBid('ann', 100n), 3600)).toEqual(rejected('AUCTION_ENDED'));
    expect(given(clockCreated, closedUnsold).when(placeBid('ann', 100n), 10)).toEqual(
      rejected('AUCTION_ENDED'),
    );
  });

  it('is refused on a cancelled item, to the seller, and where there is no item', () => {
    expect(given(clockCreated, cancelled).when(placeBid('ann', 100n))).toEqual(rejected('AUCTION_CANCELLED'));
    expect(given(clockCreated).when(placeBid('seller', 100n))).toEqual(rejected('SELLER_MAY_NOT_BID'));
    expect(given().when(placeBid('ann', 100n))).toEqual(rejected('ITEM_NOT_FOUND'));
  });

  it('takes every price from 1.00 to 100.00 in cents, one after the other', () => {
    let auction = after(clockCreated);
    for (let cents = 100n; cents <= 10_000n; cents++) {
      const decision = decide(auction, placeBid(cents % 2n === 0n ? 'ann' : 'bob', cents), at(2));
      if (!decision.ok) throw new Error(`${cents} cents: ${decision.rejection.reason}`);
      auction = evolveAll(auction, decision.events).at(-1)?.after;
    }
    expect(auction).toMatchObject({ bidCount: 9_901n, highestBid: { amount: 10_000n } });
  });
});

describe('editing and cancelling', () => {
  const edit = { type: 'UpdateItem', userId: 'seller', changes: { title: 'Old clock' } } as const;
  const cancel = { type: 'CancelItem', userId: 'seller' } as const;

  it('are the seller’s before the first bid', () => {
    expect(given(clockCreated).when(edit)).toEqual(
      accepted({ type: 'ItemUpdated', listing: { ...createClock.listing, title: 'Old clock' }, at: at(2) }),
    );
    expect(given(clockCreated).when(cancel)).toEqual(accepted({ type: 'ItemCancelled', at: at(2) }));
  });

  it.each([
    ['to others', [clockCreated], 2, 'NOT_ITEM_OWNER', 'ann'],
    ['after a bid', [clockCreated, bidPlaced('ann', 100n)], 2, 'ITEM_HAS_BIDS', 'seller'],
    ['after the end', [clockCreated], 3600, 'AUCTION_ENDED', 'seller'],
    ['after cancelling', [clockCreated, cancelled], 2, 'AUCTION_CANCELLED', 'seller'],
    ['where there is no item', [], 2, 'ITEM_NOT_FOUND', 'seller'],
  ] as const)('are refused %s', (_, events, seconds, reason, userId) => {
    expect(given(...events).when({ ...edit, userId }, seconds)).toEqual(rejected(reason));
    expect(given(...events).when({ ...cancel, userId }, seconds)).toEqual(rejected(reason));
  });

  it('an edit that changes nothing is no event', () => {
    expect(given(clockCreated).when({ ...edit, changes: { title: 'Clock', images: [] } })).toEqual(
      accepted(),
    );
  });
});

describe('closing', () => {
  const close = { type: 'CloseAuction' } as const;

  it('names the highest bidder the winner', () => {
    expect(given(clockCreated, bidPlaced('ann', 100n), bidPlaced('bob', 300n)).when(close, 3600)).toEqual(
      accepted({
        type: 'AuctionClosed',
        outcome: 'sold',
        winner: { userId: 'bob', amount: 300n },
        at: at(3600),
      }),
    );
  });

  it('says so when nobody bid', () => {
    expect(given(clockCreated).when(close, 3600)).toEqual(accepted(closedUnsold));
  });

  it('does nothing before the end, twice, or to a cancelled item', () => {
    expect(given(clockCreated).when(close, 3599.999)).toEqual(accepted());
    expect(given(clockCreated, closedUnsold).when(close, 4000)).toEqual(accepted());
    expect(given(clockCreated, cancelled).when(close, 4000)).toEqual(accepted());
  });
});

describe('the auction’s version', () => {
  it('is the sequence of its last event', () => {
    const events = [clockCreated, bidPlaced('ann', 100n), bidPlaced('bob', 101n), closedUnsold];
    expect(events.map((_, i) => after(...events.slice(0, i + 1))?.version)).toEqual([1n, 2n, 3n, 4n]);
    expect(after(clockCreated)).toMatchObject({ createdAt: START, bidCount: 0n });
  });
});
