import { PlaceBidRequestSchema } from '@gavel/proto/gen/bids/v1/bids_pb';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { expect, it } from 'vitest';
import { defineQueueConsumer, type QueueConsumerDefinition } from './define-queue-consumer.ts';

const good = {
  name: 'notifications',
  subscriptions: ['gavel.bids.bid_placed.*'],
  types: [BidPlacedSchema],
  handle: async () => undefined,
};

it('returns a valid definition', () => {
  expect(defineQueueConsumer(good)).toBe(good);
});

it.each<[string, Partial<QueueConsumerDefinition>]>([
  ['a name with dots', { name: 'a.b' }],
  ['the name of the queue for unrouted events', { name: 'unrouted' }],
  ['no subscription', { subscriptions: [] }],
  ['a subscription in AMQP form', { subscriptions: ['gavel.#'] }],
  ['a type that is not an event', { types: [PlaceBidRequestSchema] }],
  ['no delays', { onFailure: { delaysMs: [] } }],
  ['delays that do not ascend', { onFailure: { delaysMs: [100, 100] } }],
])('refuses %s', (_, change) => {
  expect(() => defineQueueConsumer({ ...good, ...change })).toThrow(RangeError);
});
