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
  it('returns a valid definition', () => {
    expect(defineConsumer(good)).toBe(good);
  });

  it.each([
    ['a name that cannot be a key', { ...good, name: 'User Stats' }, /not a consumer name/],
    ['an invalid subscription', { ...good, subscription: 'gavel.>.bids' }, /not a subscription/],
    ['a type of another stream', { ...good, types: [UserCreatedSchema] }, /not an event of gavel.bids/],
  ])('refuses %s', (_, definition, message) => {
    expect(() => defineConsumer<DescMessage>(definition)).toThrow(message);
  });
});
