import { describe, expect, it } from 'vitest';
import {
  accepted,
  after,
  at,
  bidPlaced,
  bidUpTo,
  created,
  given,
  placeBid,
  proxyBid,
  rejected,
  tooLow,
} from '../../testing/auction-scenario.ts';
import { buyNowPriceOf, nextBidOf } from './auction.ts';
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

  it('is possible until the reserve price is met', () => {
    const reserved = created({ buyNowPrice: 500n, reservePrice: 300n });
    expect(given(reserved, bidPlaced('ann', 299n)).when(buy('bob'))).toEqual(accepted(...bought('bob')));
    const met = [reserved, bidPlaced('ann', 300n)] as const;
    expect(given(...met).when(buy('bob'))).toEqual(rejected('BUY_NOW_UNAVAILABLE'));
    expect(given(...met).when(placeBid('bob', 9_000n))).toMatchObject({ ok: true });
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

describe('a bid while the item can be bought now', () => {
  const reached = {
    ok: false,
    rejection: { reason: 'BUY_NOW_REACHED', buyNowPrice: { amount: 500n, currency: 'USD' } },
  };

  it.each([
    ['a plain bid above the price', placeBid('bob', 9_000n)],
    ['a plain bid of the price', placeBid('bob', 500n)],
    ['a maximum above the price', bidUpTo('bob', 9_000n)],
    ['a maximum of the price', bidUpTo('bob', 500n)],
  ])('is rejected: %s', (_, command) => {
    expect(given(item).when(command)).toEqual(reached);
    expect(given(item, bidPlaced('ann', 200n)).when(command)).toEqual(reached);
    expect(given(item, bidPlaced('ann', 100n, 1, { maximum: 300n })).when(command)).toEqual(reached);
  });

  it('is accepted below the price, and no answer reaches it', () => {
    expect(given(item).when(placeBid('bob', 499n))).toMatchObject({ ok: true });
    expect(given(item, bidPlaced('ann', 100n, 1, { maximum: 499n })).when(bidUpTo('bob', 498n))).toEqual(
      accepted(
        bidPlaced('bob', 498n, 2, { maximum: 498n, leads: false, price: 499n }),
        proxyBid('ann', 499n, ['bob', 498n]),
      ),
    );
  });

  it('of the leader must keep the maximum below the price', () => {
    const led = given(item, bidPlaced('ann', 200n, 1, { maximum: 300n }));
    expect(led.when(bidUpTo('ann', 500n))).toEqual(reached);
    expect(led.when(bidUpTo('ann', 499n))).toMatchObject({ events: [{ type: 'MaximumRaised' }] });
    expect(led.when(placeBid('ann', 9_000n))).toMatchObject({ rejection: { reason: 'ALREADY_LEADING' } });
  });

  it('is impossible when the next bid would reach the price: then there is no next bid, and buying is left', () => {
    const led = [item, bidPlaced('ann', 480n)] as const;
    const auction = after(...led);
    expect(auction && nextBidOf(auction)).toBeUndefined();
    for (const amount of [481n, 499n, 505n])
      expect(given(...led).when(placeBid('bob', amount))).toEqual(reached);
    expect(given(...led).when(buy('bob'))).toEqual(accepted(...bought('bob')));
    expect(given(item, bidPlaced('ann', 474n)).when(placeBid('bob', 498n))).toEqual(tooLow(499n));
  });
});
