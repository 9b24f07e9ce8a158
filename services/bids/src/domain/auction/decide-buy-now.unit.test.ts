import { describe, expect, it } from 'vitest';
import { accepted, after, at, bidPlaced, created, given, rejected } from '../../testing/auction-scenario.ts';
import { buyNowPriceOf } from './auction.ts';
import type { AuctionEvent } from './events.ts';

const item = created({ buyNowPrice: 500n });
const buy = (userId: string) => ({ type: 'BuyNow', userId }) as const;
const bought = (userId: string, seconds = 2): AuctionEvent[] => [
  { type: 'ItemBoughtNow', buyerId: userId, amount: 500n, at: at(seconds) },
  { type: 'AuctionClosed', outcome: 'sold', winner: { userId, amount: 500n }, at: at(seconds) },
];

describe('buying an item now', () => {
  it('sells it at its price and ends the auction', () => {
    expect(given(item).when(buy('ann'))).toEqual(accepted(...bought('ann')));
    expect(after(item, ...bought('ann'))).toMatchObject({
      status: 'ended',
      outcome: 'sold',
      winner: { userId: 'ann', amount: 500n },
      version: 3n,
      bidCount: 0n,
    });
  });

  it('is possible while bids are below the price, for the leader too', () => {
    const led = [item, bidPlaced('ann', 499n, 1, { maximum: 900n })] as const;
    expect(given(...led).when(buy('bob'))).toEqual(accepted(...bought('bob')));
    expect(given(...led).when(buy('ann'))).toEqual(accepted(...bought('ann')));
    const past = [item, bidPlaced('ann', 500n)] as const;
    expect(given(...past).when(buy('bob'))).toEqual(rejected('BUY_NOW_UNAVAILABLE'));
    const [before, afterwards] = [after(...led), after(...past)];
    expect([before && buyNowPriceOf(before), afterwards && buyNowPriceOf(afterwards)]).toEqual([
      500n,
      undefined,
    ]);
  });

  it('is impossible without a buy-now price', () => {
    expect(given(created()).when(buy('ann'))).toEqual(rejected('BUY_NOW_UNAVAILABLE'));
  });

  it('happens once: the buyer’s repeat changes nothing, and other buyers are too late', () => {
    const sold = given(item, ...bought('ann'));
    expect(sold.when(buy('ann'), 9000)).toEqual(accepted());
    expect(sold.when(buy('bob'))).toEqual(rejected('AUCTION_ENDED'));
  });

  it('is not a repeat for a user who won by bidding', () => {
    const winner = { userId: 'ann', amount: 400n };
    const won: AuctionEvent = { type: 'AuctionClosed', outcome: 'sold', winner, at: at(3600) };
    expect(given(item, bidPlaced('ann', 400n), won).when(buy('ann'), 3601)).toEqual(
      rejected('AUCTION_ENDED'),
    );
  });

  it.each([
    ['before the start', created({ buyNowPrice: 500n, startsAt: at(60) }), 'ann', 2, 'AUCTION_NOT_STARTED'],
    ['after the end', item, 'ann', 3600, 'AUCTION_ENDED'],
    ['for the seller', item, 'seller', 2, 'SELLER_MAY_NOT_BID'],
  ] as const)('is rejected %s', (_, event, userId, seconds, reason) => {
    expect(given(event).when(buy(userId), seconds)).toEqual(rejected(reason));
  });

  it('is rejected on a cancelled item and on an unknown item', () => {
    expect(given(item, { type: 'ItemCancelled', at: at(1) }).when(buy('ann'))).toEqual(
      rejected('AUCTION_CANCELLED'),
    );
    expect(given().when(buy('ann'))).toEqual(rejected('ITEM_NOT_FOUND'));
  });
});
