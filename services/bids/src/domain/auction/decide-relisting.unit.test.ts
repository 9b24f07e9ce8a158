import { describe, expect, it } from 'vitest';
import { after, at, bidPlaced, created, rejected } from '../../testing/auction-scenario.ts';
import { decideRelisting } from './decide-listing.ts';
import type { AuctionEvent } from './events.ts';

const item = created({ reservePrice: 500n, buyNowPrice: 900n, softCloseSeconds: 30, currency: 'EUR' });
const closed = (outcome: 'no_bids' | 'reserve_not_met' | 'sold'): AuctionEvent => ({
  type: 'AuctionClosed',
  outcome,
  winner: outcome === 'sold' ? { userId: 'ann', amount: 500n } : undefined,
  at: at(3600),
});
const relisted: AuctionEvent = { type: 'ItemRelisted', relistedAs: 'first', at: at(3700) };

function relist(events: AuctionEvent[], userId = 'seller', endSeconds = 8000, seconds = 4000) {
  const times = { startsAt: undefined, endAt: at(endSeconds), hardEndAt: undefined };
  return decideRelisting(
    after(...events),
    { type: 'RelistItem', userId, relistedAs: 'again' },
    times,
    at(seconds),
  );
}

describe('relisting an unsold item', () => {
  it.each([
    ['nobody bid', [item, closed('no_bids')]],
    ['the reserve was not met', [item, bidPlaced('ann', 200n), closed('reserve_not_met')]],
    ['it was cancelled', [item, { type: 'ItemCancelled', at: at(1) } as AuctionEvent]],
  ])('creates a new item with the same listing and terms when %s', (_, events) => {
    expect(relist(events)).toEqual({
      ok: true,
      events: [{ type: 'ItemRelisted', relistedAs: 'again', at: at(4000) }],
      successor: [
        {
          ...item,
          itemId: 'again',
          relistedFrom: 'item',
          startsAt: at(4000),
          endAt: at(8000),
          hardEndAt: at(8000 + 86_400),
          at: at(4000),
        },
      ],
    });
  });

  it.each([
    ['that is still running', [item], 'AUCTION_NOT_ENDED'],
    ['that is sold', [item, bidPlaced('ann', 500n), closed('sold')], 'ITEM_SOLD'],
    ['that was relisted before', [item, closed('no_bids'), relisted], 'ALREADY_RELISTED'],
    ['that does not exist', [], 'ITEM_NOT_FOUND'],
  ] as const)('is rejected for one %s', (_, events, reason) => {
    expect(relist([...events])).toEqual(rejected(reason));
  });

  it('is rejected until the auction is closed, not only over', () => {
    expect(relist([item], 'seller', 8000, 3601)).toEqual(rejected('AUCTION_NOT_ENDED'));
  });

  it('is allowed only to the seller', () => {
    expect(relist([item, closed('no_bids')], 'ann')).toEqual(rejected('NOT_ITEM_OWNER'));
  });

  it('changes nothing when the new times are rejected', () => {
    expect(relist([item, closed('no_bids')], 'seller', 4000)).toEqual(rejected('END_TOO_SOON'));
  });
});
