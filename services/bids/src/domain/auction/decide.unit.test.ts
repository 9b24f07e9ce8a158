import { describe, expect, it } from 'vitest';
import {
  accepted,
  after,
  at,
  bidPlaced,
  clockCreated,
  createClock,
  created,
  given,
  placeBid,
  rejected,
  START,
} from '../../testing/auction-scenario.ts';
import { statusAt } from './auction.ts';
import type { AuctionEvent } from './events.ts';

const cancelled: AuctionEvent = { type: 'ItemCancelled', at: at(1) };
const closedUnsold: AuctionEvent = {
  type: 'AuctionClosed',
  outcome: 'no_bids',
  winner: undefined,
  at: at(3600),
};
const DAY = 86_400;

describe('creating an item', () => {
  it('is accepted from one second to 90 days ahead', () => {
    for (const seconds of [1, 5, 90 * DAY]) {
      const command = { ...createClock, endAt: at(seconds) };
      expect(given().when(command, 0)).toEqual(accepted(created({ endAt: at(seconds) })));
    }
  });

  it('may begin within 90 days, and its length is measured from its start', () => {
    const command = { ...createClock, startsAt: at(90 * DAY), endAt: at(180 * DAY) };
    expect(given().when(command, 0)).toEqual(
      accepted(created({ startsAt: at(90 * DAY), endAt: at(180 * DAY) })),
    );
    expect(given().when({ ...command, startsAt: at(90 * DAY + 0.001) }, 0)).toEqual(
      rejected('START_TOO_LATE'),
    );
    expect(given().when({ ...createClock, startsAt: at(3600) }, 0)).toEqual(rejected('END_TOO_SOON'));
  });

  it('begins now when its start has passed', () => {
    expect(given().when({ ...createClock, startsAt: at(-5) }, 0)).toEqual(accepted(clockCreated));
  });

  it('may be extended by one day by default with a soft close, and by at most a week', () => {
    const soft = { ...createClock, softCloseSeconds: 60 };
    const expected = (hardEndAt: Date) => accepted(created({ softCloseSeconds: 60, hardEndAt }));
    expect(given().when(soft, 0)).toEqual(expected(at(3600 + DAY)));
    for (const hardEndAt of [at(3600), at(3600 + 7 * DAY)])
      expect(given().when({ ...soft, hardEndAt }, 0)).toEqual(expected(hardEndAt));
  });

  it.each([
    ['it would end too soon', { endAt: at(0.999) }, 'END_TOO_SOON'],
    ['it would have ended', { endAt: at(-1) }, 'END_TOO_SOON'],
    ['it would end too late', { endAt: at(90 * DAY + 0.001) }, 'END_TOO_LATE'],
    ['its hard end is before its end', { hardEndAt: at(3599) }, 'HARD_END_BEFORE_END'],
    ['its hard end is too late', { hardEndAt: at(3600 + 7 * DAY + 1) }, 'HARD_END_TOO_LATE'],
    ['its reserve is below its start price', { reservePrice: 99n }, 'RESERVE_BELOW_START'],
    ['its buy-now price is below its start price', { buyNowPrice: 99n }, 'BUY_NOW_BELOW_START'],
    [
      'its buy-now price is below its reserve',
      { reservePrice: 201n, buyNowPrice: 200n },
      'BUY_NOW_BELOW_RESERVE',
    ],
    ['its currency is unknown', { currency: 'ABC', currencyDigits: undefined }, 'UNKNOWN_CURRENCY'],
  ])('is rejected when %s', (_, fields, reason) => {
    expect(given().when({ ...createClock, ...fields }, 0)).toEqual(rejected(reason));
  });

  it('accepts a reserve price at the start price, and a buy-now price just above both', () => {
    const prices = { startPrice: 100n, reservePrice: 100n, buyNowPrice: 101n };
    expect(given().when({ ...createClock, ...prices }, 0)).toEqual(accepted(created(prices)));
  });

  it('accepts a buy-now price at the start price only when an older item is relisted', () => {
    const command = { ...createClock, buyNowPrice: 100n };
    expect(given().when(command, 0)).toEqual(rejected('BUY_NOW_BELOW_START'));
    expect(given().when({ ...command, relistedFrom: 'older' }, 0)).toMatchObject({ ok: true });
  });
});

describe('editing and cancelling', () => {
  const edit = { type: 'UpdateItem', userId: 'seller', changes: { title: 'Old clock' } } as const;
  const cancel = { type: 'CancelItem', userId: 'seller' } as const;

  it.each([
    ['before the first bid', clockCreated],
    ['before the start', created({ startsAt: at(60) })],
  ])('are allowed to the seller %s', (_, item) => {
    expect(given(item).when(edit)).toEqual(
      accepted({ type: 'ItemUpdated', listing: { ...createClock.listing, title: 'Old clock' }, at: at(2) }),
    );
    expect(given(item).when(cancel)).toEqual(accepted({ type: 'ItemCancelled', at: at(2) }));
  });

  it.each([
    ['for others', [clockCreated], 2, 'NOT_ITEM_OWNER', 'ann'],
    ['after a bid', [clockCreated, bidPlaced('ann', 100n)], 2, 'ITEM_HAS_BIDS', 'seller'],
    ['after the end', [clockCreated], 3600, 'AUCTION_ENDED', 'seller'],
    ['after cancelling', [clockCreated, cancelled], 2, 'AUCTION_CANCELLED', 'seller'],
    ['on an unknown item', [], 2, 'ITEM_NOT_FOUND', 'seller'],
  ] as const)('are rejected %s', (_, events, seconds, reason, userId) => {
    expect(given(...events).when({ ...edit, userId }, seconds)).toEqual(rejected(reason));
    expect(given(...events).when({ ...cancel, userId }, seconds)).toEqual(rejected(reason));
  });

  it('cause no event when an edit changes nothing', () => {
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

  it('has the outcome no_bids when nobody bid', () => {
    expect(given(clockCreated).when(close, 3600)).toEqual(accepted(closedUnsold));
  });

  it('sells at the reserve price and not below it', () => {
    const item = created({ reservePrice: 300n });
    const unmet = { ...closedUnsold, outcome: 'reserve_not_met' } as const;
    expect(given(item, bidPlaced('ann', 299n)).when(close, 3600)).toEqual(accepted(unmet));
    expect(given(item, bidPlaced('ann', 300n)).when(close, 3600)).toMatchObject({
      events: [{ outcome: 'sold', winner: { userId: 'ann', amount: 300n } }],
    });
  });

  it('does nothing before the end, twice, or to a cancelled item', () => {
    expect(given(clockCreated).when(close, 3599.999)).toEqual(accepted());
    expect(given(clockCreated, closedUnsold).when(close, 4000)).toEqual(accepted());
    expect(given(clockCreated, cancelled).when(close, 4000)).toEqual(accepted());
  });

  it('waits for the end that a late bid moved', () => {
    const moved = {
      type: 'AuctionExtended',
      previousEndAt: at(3600),
      endAt: at(3660),
      at: at(3599),
    } as const;
    expect(given(clockCreated, moved).when(close, 3659.999)).toEqual(accepted());
    expect(given(clockCreated, moved).when(close, 3660)).toEqual(accepted({ ...closedUnsold, at: at(3660) }));
    expect(given(clockCreated, moved).when(placeBid('ann', 100n), 3659)).toMatchObject({ ok: true });
  });
});

describe('a scheduled start', () => {
  const later = created({ startsAt: at(60) });

  it('rejects bids before it', () => {
    expect(given(later).when(placeBid('ann', 100n), 59.999)).toEqual(rejected('AUCTION_NOT_STARTED'));
    expect(given(later).when(placeBid('ann', 100n), 60)).toEqual(accepted(bidPlaced('ann', 100n, 60)));
  });

  it('is visible in the status', () => {
    const auction = after(later);
    expect(auction && [59, 60, 3600].map((seconds) => statusAt(auction, at(seconds)))).toEqual([
      'scheduled',
      'active',
      'ended',
    ]);
  });
});

describe('the auction’s version', () => {
  it('is the sequence of its last event', () => {
    const events = [clockCreated, bidPlaced('ann', 100n), bidPlaced('bob', 125n), closedUnsold];
    expect(events.map((_, i) => after(...events.slice(0, i + 1))?.version)).toEqual([1n, 2n, 3n, 4n]);
    expect(after(clockCreated)).toMatchObject({ createdAt: START, bidCount: 0n });
  });
});
