import { describe, expect, it } from 'vitest';
import type { AuctionEvent } from '../../domain/auction/events.ts';
import { evolveAll } from '../../domain/auction/evolve.ts';
import {
  at,
  bidPlaced,
  clockCreated,
  createClock,
  created,
  proxyBid,
} from '../../testing/auction-scenario.ts';
import { toNewEvents } from './to-new-events.ts';

function published(...events: AuctionEvent[]) {
  return toNewEvents(evolveAll(undefined, events)).map(({ schema, ...rest }) => ({
    type: schema.typeName,
    ...rest,
  }));
}

function bodies(...events: AuctionEvent[]) {
  return published(...events).map(({ type, body }) => ({ type, body }));
}

const envelope = { aggregateId: 'item' };
const noon = '2026-03-01T12:00:00.000Z';
const one = '2026-03-01T13:00:00.000Z';

describe('an auction’s events in the outbox', () => {
  it('contain the item’s id, its version as sequence, and the database’s time', () => {
    const events = published(clockCreated, bidPlaced('ann', 100n), bidPlaced('bob', 300n, 5));
    expect(events.map(({ sequence, time }) => [sequence, time])).toEqual([
      [1n, at(0)],
      [2n, at(1)],
      [3n, at(5)],
    ]);
    expect(events).toMatchObject([envelope, envelope, envelope]);
  });

  it('contain everything that a consumer needs', () => {
    const bob = { userId: 'bob', amount: 300n };
    const events = bodies(
      clockCreated,
      { type: 'ItemUpdated', listing: { ...createClock.listing, title: 'Old clock' }, at: at(1) },
      bidPlaced('bob', 300n, 2, { outbid: 'ann' }),
      { type: 'AuctionClosed', outcome: 'sold', winner: bob, at: at(3600) },
    );
    expect(events).toEqual([
      {
        type: 'bids.v1.ItemCreated',
        body: {
          itemId: 'item',
          sellerId: 'seller',
          title: 'Clock',
          description: 'It ticks.',
          images: [],
          category: 'clocks',
          startPrice: 100n,
          currency: 'USD',
          startsAt: noon,
          endAt: one,
          hardEndAt: one,
          softCloseSeconds: 0,
          buyNowPrice: 0n,
          hasReserve: false,
          relistedFrom: '',
          createdAt: noon,
        },
      },
      {
        type: 'bids.v1.ItemUpdated',
        body: {
          itemId: 'item',
          title: 'Old clock',
          description: 'It ticks.',
          images: [],
          category: 'clocks',
          updatedAt: '2026-03-01T12:00:01.000Z',
        },
      },
      {
        type: 'bids.v1.BidPlaced',
        body: {
          bidId: 'bob-300',
          itemId: 'item',
          userId: 'bob',
          amount: 300n,
          currentHighestBid: 300n,
          outbidUserId: 'ann',
          timestamp: '2026-03-01T12:00:02.000Z',
          currency: 'USD',
          minimumNextBid: 325n,
          bidCount: 1n,
          reserveMet: true,
          title: 'Old clock',
          sellerId: 'seller',
        },
      },
      {
        type: 'bids.v1.AuctionClosed',
        body: {
          itemId: 'item',
          sellerId: 'seller',
          title: 'Old clock',
          outcome: 1,
          winnerId: 'bob',
          winningAmount: 300n,
          currency: 'USD',
          bidCount: 1n,
          endAt: one,
          closedAt: one,
        },
      },
    ]);
  });

  it('contain the price after the answer when a maximum answers a bid', () => {
    const [, , lost, answer] = bodies(
      created({ reservePrice: 800n }),
      bidPlaced('ann', 100n, 1, { maximum: 700n }),
      bidPlaced('bob', 400n, 2, { leads: false, price: 425n }),
      proxyBid('ann', 425n, ['bob', 400n]),
    );
    expect(lost?.body).toMatchObject({
      userId: 'bob',
      amount: 400n,
      currentHighestBid: 425n,
      minimumNextBid: 450n,
      bidCount: 2n,
      outbidUserId: '',
      reserveMet: false,
    });
    expect(answer).toEqual({
      type: 'bids.v1.ProxyBidPlaced',
      body: {
        bidId: 'answer-bob-400',
        itemId: 'item',
        userId: 'ann',
        amount: 425n,
        outbidUserId: 'bob',
        timestamp: '2026-03-01T12:00:02.000Z',
        currency: 'USD',
        minimumNextBid: 450n,
        bidCount: 3n,
        reserveMet: false,
        title: 'Clock',
      },
    });
  });

  it('name nobody as outbid when a raised maximum reaches the reserve price', () => {
    const lift = {
      type: 'ProxyBidPlaced',
      bidId: 'lift',
      userId: 'ann',
      amount: 500n,
      outbid: undefined,
    } as const;
    const [, , raised, lifted] = published(
      created({ reservePrice: 500n }),
      bidPlaced('ann', 100n, 1, { maximum: 400n }),
      { type: 'MaximumRaised', userId: 'ann', maximum: 900n, price: 100n, at: at(2) },
      { ...lift, at: at(2) },
    );
    expect(raised?.body).toMatchObject({ currentHighestBid: 100n, reserveMet: false });
    expect(lifted?.body).toMatchObject({ amount: 500n, bidCount: 2n, reserveMet: true, outbidUserId: '' });
  });

  it('contain no maximum and no reserve price', () => {
    const events = published(
      created({ reservePrice: 98_765n, buyNowPrice: 200_000n }),
      bidPlaced('ann', 100n, 1, { maximum: 87_654n }),
      { type: 'MaximumRaised', userId: 'ann', maximum: 97_531n, price: 100n, at: at(2) },
      { type: 'AuctionEndingSoon', at: at(3000) },
      { type: 'AuctionClosed', outcome: 'reserve_not_met', winner: undefined, at: at(3600) },
    );
    const text = events.map(({ body }) => Object.values(body).map(String).join(' ')).join(' ');
    for (const secret of ['98765', '87654', '97531']) expect(text).not.toContain(secret);
    expect(events[0]?.body).toMatchObject({ hasReserve: true, buyNowPrice: 200_000n });
    expect(events[2]?.body).toMatchObject({
      currentHighestBid: 100n,
      minimumNextBid: 125n,
      reserveMet: false,
    });
    expect(events[3]?.body).toMatchObject({ title: 'Clock', endAt: one, currentHighestBid: 100n });
    expect(events[4]?.body).toMatchObject({ outcome: 2, winnerId: '', winningAmount: 0n });
  });

  it('leave user ids empty when there was no such user', () => {
    const [, cancelled] = published(clockCreated, { type: 'ItemCancelled', at: at(1) });
    expect(cancelled?.body).toEqual({
      itemId: 'item',
      sellerId: 'seller',
      title: 'Clock',
      cancelledAt: '2026-03-01T12:00:01.000Z',
    });
    const [, closed] = published(clockCreated, {
      type: 'AuctionClosed',
      outcome: 'no_bids',
      winner: undefined,
      at: at(3600),
    });
    expect(closed?.body).toMatchObject({ outcome: 3, winnerId: '', winningAmount: 0n, bidCount: 0n });
  });

  it('cover an auction from its start to its extension, its sale and its relisting', () => {
    const events = bodies(
      created({ startsAt: at(60), softCloseSeconds: 30, buyNowPrice: 900n }),
      { type: 'AuctionStarted', at: at(61) },
      { type: 'AuctionExtended', previousEndAt: at(3600), endAt: at(3620), at: at(3590) },
      { type: 'ItemBoughtNow', buyerId: 'bob', amount: 900n, at: at(3600) },
      { type: 'ItemRelisted', relistedAs: 'again', at: at(3700) },
    );
    expect(events.slice(1)).toEqual([
      {
        type: 'bids.v1.AuctionStarted',
        body: {
          itemId: 'item',
          sellerId: 'seller',
          title: 'Clock',
          startsAt: '2026-03-01T12:01:00.000Z',
          timestamp: '2026-03-01T12:01:01.000Z',
        },
      },
      {
        type: 'bids.v1.AuctionExtended',
        body: {
          itemId: 'item',
          previousEndAt: one,
          endAt: '2026-03-01T13:00:20.000Z',
          timestamp: '2026-03-01T12:59:50.000Z',
        },
      },
      {
        type: 'bids.v1.ItemBoughtNow',
        body: {
          itemId: 'item',
          sellerId: 'seller',
          buyerId: 'bob',
          amount: 900n,
          currency: 'USD',
          timestamp: one,
        },
      },
      {
        type: 'bids.v1.ItemRelisted',
        body: {
          itemId: 'item',
          relistedAs: 'again',
          sellerId: 'seller',
          timestamp: '2026-03-01T13:01:40.000Z',
        },
      },
    ]);
  });
});
