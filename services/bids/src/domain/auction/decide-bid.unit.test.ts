import { describe, expect, it } from 'vitest';
import {
  accepted,
  after,
  at,
  bidPlaced,
  bidUpTo,
  clockCreated,
  created,
  given,
  placeBid,
  proxyBid,
  rejected,
  tooLow,
} from '../../testing/auction-scenario.ts';
import { decide } from './decide.ts';
import type { AuctionEvent } from './events.ts';
import { LARGEST_BID } from './increments.ts';

const cancelled: AuctionEvent = { type: 'ItemCancelled', at: at(1) };
/** Ann leads at 1.00 with a maximum of 10.00. */
const annUpTo10 = [clockCreated, bidPlaced('ann', 100n, 1, { maximum: 1000n })] as const;

describe('a plain bid', () => {
  it('has the start price as its first minimum', () => {
    expect(given(clockCreated).when(placeBid('ann', 99n))).toEqual(tooLow(100n));
    expect(given(clockCreated).when(placeBid('ann', 100n))).toEqual(accepted(bidPlaced('ann', 100n, 2)));
  });

  it('is at least one increment above the highest bid', () => {
    const auction = given(clockCreated, bidPlaced('ann', 250n));
    expect(auction.when(placeBid('bob', 274n))).toEqual(tooLow(275n));
    expect(auction.when(placeBid('bob', 275n))).toEqual(
      accepted(bidPlaced('bob', 275n, 2, { outbid: 'ann' })),
    );
  });

  it('may be any amount above that', () => {
    for (let cents = 100n; cents <= 10_000n; cents++) {
      const amount = { highestBid: { amount: cents } };
      const first = given(clockCreated).when(placeBid('ann', cents));
      expect(first.ok && after(clockCreated, ...first.events)).toMatchObject(amount);
    }
  });

  it('may always be the largest amount until somebody has bid it, and then nobody can bid more', () => {
    const nearly = LARGEST_BID - 1n;
    const led = given(clockCreated, bidPlaced('ann', nearly));
    expect(led.when(placeBid('bob', nearly))).toEqual(tooLow(LARGEST_BID));
    expect(led.when(placeBid('bob', LARGEST_BID))).toMatchObject({ ok: true });
    const reached = given(clockCreated, bidPlaced('ann', LARGEST_BID));
    expect(reached.when(placeBid('bob', LARGEST_BID))).toEqual(rejected('BID_TOO_LOW'));
    expect(reached.when(bidUpTo('bob', LARGEST_BID))).toEqual(rejected('BID_TOO_LOW'));
  });

  it('is rejected from the end on, whether or not the auction is closed', () => {
    const closed = { type: 'AuctionClosed', outcome: 'no_bids', winner: undefined, at: at(3600) } as const;
    expect(given(clockCreated).when(placeBid('ann', 100n), 3599.999).ok).toBe(true);
    expect(given(clockCreated).when(placeBid('ann', 100n), 3600)).toEqual(rejected('AUCTION_ENDED'));
    expect(given(clockCreated, closed).when(placeBid('ann', 100n), 10)).toEqual(rejected('AUCTION_ENDED'));
  });

  it('is rejected on a cancelled item, for the seller, and on an unknown item', () => {
    expect(given(clockCreated, cancelled).when(placeBid('ann', 100n))).toEqual(rejected('AUCTION_CANCELLED'));
    expect(given(clockCreated).when(placeBid('seller', 100n))).toEqual(rejected('SELLER_MAY_NOT_BID'));
    expect(given().when(placeBid('ann', 100n))).toEqual(rejected('ITEM_NOT_FOUND'));
  });

  it('above a standing maximum leads at exactly its amount', () => {
    expect(given(...annUpTo10).when(placeBid('bob', 1001n))).toEqual(
      accepted(bidPlaced('bob', 1001n, 2, { outbid: 'ann' })),
    );
  });

  it('below a standing maximum is answered by it, one increment above', () => {
    expect(given(...annUpTo10).when(placeBid('bob', 400n))).toEqual(
      accepted(
        bidPlaced('bob', 400n, 2, { leads: false, price: 425n }),
        proxyBid('ann', 425n, ['bob', 400n]),
      ),
    );
    expect(given(...annUpTo10).when(placeBid('bob', 124n))).toEqual(tooLow(125n));
  });

  it('is answered with at most the maximum, and the earlier one wins a tie', () => {
    for (const amount of [980n, 1000n]) {
      expect(given(...annUpTo10).when(placeBid('bob', amount))).toEqual(
        accepted(
          bidPlaced('bob', amount, 2, { leads: false, price: 1000n }),
          proxyBid('ann', 1000n, ['bob', amount]),
        ),
      );
    }
  });

  it('of the leader is rejected, whatever its amount, with the leader’s own maximum', () => {
    const ownMaximum = { amount: 1000n, currency: 'USD' };
    for (const amount of [50n, 100n, 300n, 1200n]) {
      expect(given(...annUpTo10).when(placeBid('ann', amount))).toEqual({
        ok: false,
        rejection: { reason: 'ALREADY_LEADING', ownMaximum },
      });
      expect(given(clockCreated, bidPlaced('ann', 100n)).when(placeBid('ann', amount))).toEqual(
        rejected('ALREADY_LEADING'),
      );
    }
  });
});

describe('a maximum', () => {
  it('as a first bid leads at the start price', () => {
    expect(given(clockCreated).when(bidUpTo('ann', 99n))).toEqual(tooLow(100n));
    expect(given(clockCreated).when(bidUpTo('ann', 1000n))).toEqual(
      accepted(bidPlaced('ann', 100n, 2, { bidId: 'ann-1000', maximum: 1000n })),
    );
  });

  it('above another one leads one increment above it', () => {
    expect(given(...annUpTo10).when(bidUpTo('bob', 5000n))).toEqual(
      accepted(bidPlaced('bob', 1050n, 2, { bidId: 'bob-5000', maximum: 5000n, outbid: 'ann' })),
    );
    expect(given(...annUpTo10).when(bidUpTo('bob', 1001n))).toEqual(
      accepted(bidPlaced('bob', 1001n, 2, { maximum: 1001n, outbid: 'ann' })),
    );
  });

  it('above a plain bid leads one increment above it', () => {
    expect(given(clockCreated, bidPlaced('ann', 300n)).when(bidUpTo('bob', 5000n))).toEqual(
      accepted(bidPlaced('bob', 325n, 2, { bidId: 'bob-5000', maximum: 5000n, outbid: 'ann' })),
    );
  });

  it('that another one beats is used up, and its full amount becomes visible', () => {
    for (const [maximum, price] of [
      [400n, 425n],
      [980n, 1000n],
      [1000n, 1000n],
    ] as const) {
      expect(given(...annUpTo10).when(bidUpTo('bob', maximum))).toEqual(
        accepted(
          bidPlaced('bob', maximum, 2, { maximum, leads: false, price }),
          proxyBid('ann', price, ['bob', maximum]),
        ),
      );
    }
    expect(given(...annUpTo10).when(bidUpTo('bob', 124n))).toEqual(tooLow(125n));
  });

  it('of the leader is raised without a bid', () => {
    const raised = { type: 'MaximumRaised', userId: 'ann', maximum: 1001n, price: 100n, at: at(2) } as const;
    expect(given(...annUpTo10).when(bidUpTo('ann', 1001n))).toEqual(accepted(raised));
    for (const maximum of [100n, 999n, 1000n])
      expect(given(...annUpTo10).when(bidUpTo('ann', maximum))).toEqual(rejected('MAXIMUM_NOT_RAISED'));
    expect(after(...annUpTo10, raised)).toMatchObject({
      bidCount: 1n,
      version: 3n,
      highestBid: { bidId: 'ann-100', amount: 100n, maximum: 1001n },
    });
  });

  it('can be added to the leader’s own plain bid', () => {
    const plain = given(clockCreated, bidPlaced('ann', 100n));
    expect(plain.when(bidUpTo('ann', 101n))).toMatchObject({
      events: [{ type: 'MaximumRaised', price: 100n }],
    });
    expect(plain.when(bidUpTo('ann', 100n))).toEqual(rejected('MAXIMUM_NOT_RAISED'));
  });

  it('stays the same when it answers, and its bidder leads', () => {
    const answered = given(...annUpTo10).when(placeBid('bob', 400n));
    expect(answered.ok && after(...annUpTo10, ...answered.events)).toMatchObject({
      bidCount: 3n,
      version: 4n,
      highestBid: { bidId: 'answer-bob-400', userId: 'ann', amount: 425n, maximum: 1000n, automatic: true },
    });
  });
});

describe('a hidden reserve price', () => {
  const item = created({ reservePrice: 500n });

  it('raises the price for a maximum that reaches it, and not for a plain bid', () => {
    expect(given(item).when(bidUpTo('ann', 500n))).toMatchObject({ events: [{ amount: 500n, price: 500n }] });
    expect(given(item).when(bidUpTo('ann', 499n))).toMatchObject({ events: [{ amount: 100n, price: 100n }] });
    expect(given(item).when(placeBid('ann', 150n))).toMatchObject({ events: [{ amount: 150n }] });
    expect(given(item).when(placeBid('ann', 700n))).toMatchObject({ events: [{ amount: 700n }] });
  });

  it('raises the price for the winner of two maxima, not for the loser', () => {
    const led = given(item, bidPlaced('ann', 100n, 1, { maximum: 400n }));
    expect(led.when(bidUpTo('bob', 900n))).toMatchObject({ events: [{ userId: 'bob', price: 500n }] });
    expect(led.when(bidUpTo('bob', 450n))).toMatchObject({ events: [{ userId: 'bob', price: 425n }] });
    expect(led.when(placeBid('bob', 450n))).toMatchObject({ events: [{ userId: 'bob', price: 450n }] });
  });

  it('raises the price with an automatic bid when a raised maximum reaches it', () => {
    const led = given(item, bidPlaced('ann', 100n, 1, { maximum: 400n }));
    expect(led.when(bidUpTo('ann', 499n))).toMatchObject({
      events: [{ type: 'MaximumRaised', price: 100n }],
    });
    const decision = led.when(bidUpTo('ann', 800n));
    const automatic = { bidId: 'answer-ann-800', userId: 'ann', amount: 500n };
    expect(decision).toEqual(
      accepted(
        { type: 'MaximumRaised', userId: 'ann', maximum: 800n, price: 100n, at: at(2) },
        { ...automatic, type: 'ProxyBidPlaced', outbid: undefined, at: at(2) },
      ),
    );
    const bid = bidPlaced('ann', 100n, 1, { maximum: 400n });
    expect(decision.ok && after(item, bid, ...decision.events)).toMatchObject({
      bidCount: 2n,
      highestBid: { ...automatic, maximum: 800n, automatic: true },
    });
  });

  it('raises the price with an automatic bid when a plain bid gets a maximum that reaches it', () => {
    expect(given(item, bidPlaced('ann', 150n)).when(bidUpTo('ann', 500n))).toMatchObject({
      events: [
        { type: 'MaximumRaised', price: 150n },
        { type: 'ProxyBidPlaced', amount: 500n },
      ],
    });
  });
});

describe('a soft close', () => {
  const item = created({ softCloseSeconds: 60, hardEndAt: at(3700) });
  const extended = (from: number, to: number, seconds: number): AuctionEvent => ({
    type: 'AuctionExtended',
    previousEndAt: at(from),
    endAt: at(to),
    at: at(seconds),
  });

  it('moves the end with a bid in the last seconds, to the same number of seconds after the bid', () => {
    expect(given(item).when(placeBid('ann', 100n), 3539.999)).toEqual(
      accepted(bidPlaced('ann', 100n, 3539.999)),
    );
    expect(given(item).when(placeBid('ann', 100n), 3540)).toEqual(accepted(bidPlaced('ann', 100n, 3540)));
    expect(given(item).when(placeBid('ann', 100n), 3550)).toEqual(
      accepted(bidPlaced('ann', 100n, 3550), extended(3600, 3610, 3550)),
    );
  });

  it('moves the end no further than the hard end', () => {
    const late = given(item, extended(3600, 3660, 3600));
    expect(late.when(placeBid('ann', 100n), 3659)).toMatchObject({
      events: [{}, extended(3660, 3700, 3659)],
    });
    const last = given(item, extended(3600, 3700, 3650));
    expect(last.when(placeBid('ann', 100n), 3699)).toEqual(accepted(bidPlaced('ann', 100n, 3699)));
    expect(last.when(placeBid('ann', 100n), 3700)).toEqual(rejected('AUCTION_ENDED'));
  });

  it('does not apply when nobody can answer any more', () => {
    const led = given(item, bidPlaced('bob', 1000n));
    expect(led.when(placeBid('ann', LARGEST_BID - 1n), 3599)).toMatchObject({
      events: [{ type: 'BidPlaced' }, { type: 'AuctionExtended' }],
    });
    expect(led.when(placeBid('ann', LARGEST_BID), 3599)).toEqual(
      accepted(bidPlaced('ann', LARGEST_BID, 3599, { outbid: 'bob' })),
    );
  });

  it('does not apply to a bid of the leader, which is rejected', () => {
    expect(given(item, bidPlaced('ann', 1000n)).when(placeBid('ann', 9000n), 3599)).toEqual(
      rejected('ALREADY_LEADING'),
    );
  });

  it('applies to a bid that is answered, and not to a rejected one', () => {
    const led = given(item, bidPlaced('ann', 100n, 1, { maximum: 1000n }));
    expect(led.when(placeBid('bob', 400n), 3599)).toMatchObject({
      events: [{ type: 'BidPlaced' }, { type: 'ProxyBidPlaced' }, extended(3600, 3659, 3599)],
    });
    expect(led.when(placeBid('bob', 101n), 3599)).toEqual(tooLow(125n));
  });

  it('applies to a raised maximum only when it moves the price', () => {
    const led = (terms: object) =>
      given({ ...item, ...terms } as AuctionEvent, bidPlaced('ann', 100n, 1, { maximum: 200n }));
    expect(led({}).when(bidUpTo('ann', 900n), 3599)).toMatchObject({ events: [{ type: 'MaximumRaised' }] });
    expect(led({}).when(bidUpTo('ann', 900n), 3599)).not.toMatchObject({ events: [{}, {}] });
    expect(led({ reservePrice: 500n }).when(bidUpTo('ann', 900n), 3599)).toMatchObject({
      events: [{ type: 'MaximumRaised' }, { type: 'ProxyBidPlaced' }, extended(3600, 3659, 3599)],
    });
  });

  it('is off by default', () => {
    expect(given(clockCreated).when(placeBid('ann', 100n), 3599.999)).toMatchObject({ events: [{}] });
    expect(decide(after(clockCreated), placeBid('ann', 100n), at(3599.999))).not.toMatchObject({
      events: [{}, {}],
    });
  });
});
