import { describe, expect, it, test } from 'vitest';
import { at, audit, bid, created, history } from '../testing/scenario.ts';
import type { AuctionFact } from './auction-facts.ts';
import type { rules } from './rules.ts';

const closed: AuctionFact = {
  type: 'closed',
  outcome: 'sold',
  winnerId: 'ben',
  winningAmount: 130n,
  bidCount: 3n,
  currency: 'EUR',
};
const outbidAnn = bid('ben', 110n, 2n, { outbidUserId: 'ann' });
const rejectedByMaximum = bid('eve', 120n, 3n, { price: 130n });
const answer = bid('ben', 130n, 4n, { type: 'answer', outbidUserId: 'eve' });

test('a whole auction with a maximum that answers, an extension and a sale breaks no rule', () => {
  const events = history(
    [0, created],
    [1, bid('ann', 100n, 1n)],
    [2, outbidAnn],
    [
      3,
      {
        type: 'maximum_raised',
        userId: 'ben',
        price: 110n,
        minimumNextBid: 120n,
        reserveMet: true,
        currency: 'EUR',
      },
    ],
    [3_000, { type: 'ending_soon' }],
    [3_590, rejectedByMaximum],
    [3_590, answer],
    [3_590, { type: 'extended', previousEndAt: at(3_600), endAt: at(3_650) }],
    [3_650, { ...closed, bidCount: 4n }],
  );
  expect(audit(events)).toMatchObject({
    broken: [],
    auction: { price: 130n, leaderId: 'ben', bidCount: 4n, status: 'ended', outcome: 'sold', revision: 7n },
  });
});

describe('a planted violation is found by its rule', () => {
  const planted: Record<keyof typeof rules, ReturnType<typeof history>> = {
    price_fell: history(
      [0, created],
      [1, bid('ann', 200n, 1n)],
      [2, bid('ben', 150n, 2n, { outbidUserId: 'ann' })],
    ),
    bid_too_low: history([0, created], [1, bid('ann', 99n, 1n)]),
    bid_count_wrong: history([0, created], [1, bid('ann', 100n, 2n)]),
    price_without_bid: history([0, created], [1, bid('ann', 100n, 1n, { price: 90n })]),
    answer_missing: history(
      [0, created],
      [1, bid('ann', 100n, 1n)],
      [2, bid('ben', 110n, 2n, { price: 120n })],
      [3, { type: 'updated' }],
    ),
    wrong_leader: history(
      [0, created],
      [1, bid('ann', 100n, 1n)],
      [2, bid('ben', 110n, 2n, { outbidUserId: 'eve' })],
    ),
    seller_bid: history([0, created], [1, bid('seller', 100n, 1n)]),
    outside_the_times: history([0, created], [3_600, bid('ann', 100n, 1n)]),
    after_the_end: history([0, created], [1, { type: 'cancelled' }], [2, bid('ann', 100n, 1n)]),
    end_moved_wrongly: history(
      [0, created],
      [1, { type: 'extended', previousEndAt: at(3_600), endAt: at(3_650) }],
    ),
    wrong_outcome: history(
      [0, created],
      [1, bid('ann', 100n, 1n)],
      [3_600, { ...closed, winnerId: 'ben', winningAmount: 100n, bidCount: 1n }],
    ),
    wrong_currency: history([0, created], [1, bid('ann', 100n, 1n, { currency: 'USD' })]),
  };
  it.each(Object.entries(planted))('%s', (rule, events) => {
    expect(audit(events).broken).toContain(rule);
  });
});

describe('an auction that is bought', () => {
  const bought: AuctionFact = { type: 'bought_now', buyerId: 'eve', amount: 500n };
  const sold: AuctionFact = { ...closed, winnerId: 'eve', winningAmount: 500n, bidCount: 1n };

  it('is closed at once, before its end, for the buyer', () => {
    const events = history([0, created], [1, bid('ann', 100n, 1n)], [2, bought], [2, sold]);
    expect(audit(events).broken).toEqual([]);
  });

  it('may not go on, nor be sold to the highest bidder', () => {
    const goesOn = history([0, created], [1, bought], [2, { type: 'updated' }]);
    expect(audit(goesOn).broken).toEqual(['wrong_outcome']);
    const toBidder: AuctionFact = { ...sold, winnerId: 'ann', winningAmount: 100n };
    const events = history([0, created], [1, bid('ann', 100n, 1n)], [2, bought], [2, toBidder]);
    expect(audit(events).broken).toEqual(['wrong_outcome']);
  });
});

it('takes the earlier of two equal bids as the leader: the later one has outbid nobody', () => {
  const tie = bid('eve', 120n, 3n, { price: 120n });
  const kept = bid('ben', 120n, 4n, { type: 'answer', outbidUserId: 'eve' });
  const events = history([0, created], [1, bid('ann', 100n, 1n)], [2, outbidAnn], [3, tie], [3, kept]);
  expect(audit(events)).toMatchObject({ broken: [], auction: { leaderId: 'ben', price: 120n } });
});

it('breaks no rule with events of the first contract, which say less', () => {
  const old = {
    price: undefined,
    minimumNextBid: undefined,
    bidCount: undefined,
    reserveMet: undefined,
    currency: undefined,
  };
  const events = history(
    [0, { ...created, hardEndAt: undefined }],
    [1, bid('ann', 100n, 1n, old)],
    [2, bid('ben', 300n, 2n, old)],
  );
  expect(audit(events)).toMatchObject({ broken: [], auction: { price: 300n, bidCount: undefined } });
});
