import type { DescMessage } from '@bufbuild/protobuf';
import { UserCreatedSchema } from '@gavel/proto/gen/auth/v1/events_pb';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { describe, expect, it } from 'vitest';
import { defineConsumer } from './define-consumer.ts';

const good = {
  name: 'user-stats',
  stream: 'gavel.bids',
  subscription: 'gavel.bids.>',
  types: [BidPlacedSchema],
  onFailure: { laterEvents: 'wait' },
  handle: () => Promise.resolve(),
} as const;

describe('defineConsumer', () => {
  it('gives the declaration back', () => {
    expect(defineConsumer(good)).toBe(good);
  });

  it.each([
    ['a name that no checkpoint can be kept under', { ...good, name: 'User Stats' }, /not a consumer name/],
    ['a subscription that is not one', { ...good, subscription: 'gavel.>.bids' }, /not a subscription/],
    ['a type of another stream', { ...good, types: [UserCreatedSchema] }, /not an event of gavel.bids/],
  ])('refuses %s', (_, definition, message) => {
    expect(() => defineConsumer<DescMessage>(definition)).toThrow(message);
  });
});
