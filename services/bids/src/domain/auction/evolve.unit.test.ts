import { describe, expect, it } from 'vitest';
import { at, bidPlaced, clockCreated, created, proxyBid } from '../../testing/auction-scenario.ts';
import type { Auction } from './auction.ts';
import type { AuctionEvent } from './events.ts';
import { evolve, evolveAll } from './evolve.ts';

const listing = { title: 'Clock, repaired', description: '', images: [], category: 'clocks' };
const leading: readonly AuctionEvent[] = [clockCreated, bidPlaced('ann', 100n, 1, { maximum: 400n })];
const closed: AuctionEvent = { type: 'AuctionClosed', outcome: 'no_bids', winner: undefined, at: at(3600) };
const raised = (price: bigint): AuctionEvent => ({
  type: 'MaximumRaised',
  userId: 'ann',
  maximum: 900n,
  price,
  at: at(9),
});

/** The auction before and after the last event. */
function around(...events: AuctionEvent[]): [Auction, Auction] {
  const last = events.pop();
  const before = evolveAll(undefined, events).at(-1)?.after;
  if (!before || !last) throw new Error('at least two events are needed');
  return [before, evolve(before, last)];
}

describe('the revision', () => {
  it('of a new item is 1', () => {
    expect(evolve(undefined, clockCreated)).toMatchObject({ revision: 1n, updatedAt: clockCreated.at });
  });

  it.each([
    ['an edit', [clockCreated, { type: 'ItemUpdated', listing, at: at(9) }]],
    ['a cancellation', [clockCreated, { type: 'ItemCancelled', at: at(9) }]],
    ['the start', [created({ startsAt: at(9) }), { type: 'AuctionStarted', at: at(9) }]],
    ['the first bid', [clockCreated, bidPlaced('ann', 100n, 9)]],
    ['an automatic bid', [...leading, proxyBid('ann', 200n, ['bob', 150n], 9)]],
    [
      'an extension',
      [...leading, { type: 'AuctionExtended', previousEndAt: at(3600), endAt: at(3700), at: at(9) }],
    ],
    ['a raised maximum that moved the price, in old events', [...leading, raised(300n)]],
    ['the closing', [clockCreated, { ...closed, at: at(9) }]],
  ] as [string, AuctionEvent[]][])(
    'rises by one with %s, and the time of the last change moves',
    (_, events) => {
      const [before, after] = around(...events);
      expect([after.revision, after.updatedAt]).toEqual([before.revision + 1n, at(9)]);
      expect(after.version).toBe(before.version + 1n);
    },
  );

  it.each([
    ['a raised maximum', [...leading, raised(100n)]],
    ['a maximum for a plain bid', [clockCreated, bidPlaced('ann', 100n), raised(100n)]],
    ['the announcement that the end is near', [clockCreated, { type: 'AuctionEndingSoon', at: at(9) }]],
    [
      'a relisting, which only the seller sees',
      [clockCreated, closed, { type: 'ItemRelisted', relistedAs: 'new', at: at(9) }],
    ],
  ] as [string, AuctionEvent[]][])('stays with %s, and so does the time of the last change', (_, events) => {
    const [before, after] = around(...events);
    expect([after.revision, after.updatedAt]).toEqual([before.revision, before.updatedAt]);
    expect(after.version).toBe(before.version + 1n);
  });
});
