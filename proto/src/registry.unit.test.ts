import { describe, expect, it } from 'vitest';
import { BidSchema } from '../gen/bids/v1/bids_pb.ts';
import { BidPlacedSchema } from '../gen/bids/v1/events_pb.ts';
import { eventDefinitions, findEvent, subscriptionTo } from './registry.ts';
import { eventSubject } from './subjects.ts';

describe('registry', () => {
  it('names every type once, and every subject token is valid', () => {
    expect(new Set(eventDefinitions.map((d) => d.type)).size).toBe(eventDefinitions.length);
    expect(new Set(eventDefinitions.map((d) => d.event)).size).toBe(eventDefinitions.length);
    for (const d of eventDefinitions) expect(eventSubject(d.context, d.event, 'x')).toContain(d.event);
  });

  it('derives subject token, source and stream from the message', () => {
    expect(findEvent('bids.v1.BidPlaced')).toEqual({
      type: 'bids.v1.BidPlaced',
      schema: BidPlacedSchema,
      source: '/gavel/bids',
      context: 'bids',
      event: 'bid_placed',
      stream: 'gavel.bids',
    });
    expect(findEvent('bids.v1.Nonsense')).toBeUndefined();
  });

  it('names the subscription to one type', () => {
    expect(subscriptionTo(BidPlacedSchema)).toBe('gavel.bids.bid_placed.*');
    expect(() => subscriptionTo(BidSchema)).toThrow(RangeError);
  });

  it('keeps the subject tokens that subscriptions name', () => {
    expect(eventDefinitions.map(({ context, event }) => `${context}.${event}`).toSorted()).toEqual([
      'auth.email_verified',
      'auth.user_created',
      'bids.auction_closed',
      'bids.auction_ending_soon',
      'bids.auction_extended',
      'bids.auction_started',
      'bids.bid_placed',
      'bids.item_bought_now',
      'bids.item_cancelled',
      'bids.item_created',
      'bids.item_relisted',
      'bids.item_unwatched',
      'bids.item_updated',
      'bids.item_watched',
      'bids.maximum_raised',
      'bids.proxy_bid_placed',
    ]);
  });
});
