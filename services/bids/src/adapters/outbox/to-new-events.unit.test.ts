import { describe, expect, it } from 'vitest';
import type { AuctionEvent } from '../../domain/auction/event.ts';
import { evolveAll } from '../../domain/auction/evolve.ts';
import { at, bidPlaced, clockCreated, createClock } from '../../testing/auction-scenario.ts';
import { toNewEvents } from './to-new-events.ts';

function published(...events: AuctionEvent[]) {
  return toNewEvents(evolveAll(undefined, events)).map(({ schema, ...rest }) => ({
    type: schema.typeName,
    ...rest,
  }));
}

const envelope = { aggregateId: 'item' };

describe('an auction’s events in the outbox', () => {
  it('carry the item’s id, its version as sequence, and the database’s time', () => {
    const events = published(clockCreated, bidPlaced('ann', 100n), bidPlaced('bob', 300n, 5));
    expect(events.map(({ sequence, time }) => [sequence, time])).toEqual([
      [1n, at(0)],
      [2n, at(1)],
      [3n, at(5)],
    ]);
    expect(events).toMatchObject([envelope, envelope, envelope]);
  });

  it('say all that a consumer needs', () => {
    const bob = { userId: 'bob', amount: 300n };
    const events = published(
      clockCreated,
      { type: 'ItemUpdated', listing: { ...createClock.listing, title: 'Old clock' }, at: at(1) },
      bidPlaced('bob', 300n, 2),
      { type: 'AuctionClosed', outcome: 'sold', winner: bob, at: at(3600) },
    );
    expect(events.map(({ type, body }) => ({ type, body }))).toEqual([
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
          endAt: '2026-03-01T13:00:00.000Z',
          createdAt: '2026-03-01T12:00:00.000Z',
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
          timestamp: '2026-03-01T12:00:02.000Z',
          currency: 'USD',
          minimumNextBid: 301n,
          bidCount: 1n,
        },
      },
      {
        type: 'bids.v1.AuctionClosed',
        body: {
          itemId: 'item',
          sellerId: 'seller',
          outcome: 1,
          winnerId: 'bob',
          winningAmount: 300n,
          currency: 'USD',
          bidCount: 1n,
          closedAt: '2026-03-01T13:00:00.000Z',
        },
      },
    ]);
  });

  it('name nobody when there was nobody', () => {
    const [, cancelled] = published(clockCreated, { type: 'ItemCancelled', at: at(1) });
    expect(cancelled?.body).toEqual({
      itemId: 'item',
      sellerId: 'seller',
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
});
