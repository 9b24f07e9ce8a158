import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import {
  NotificationKind,
  NotificationKindSchema,
  NotificationSchema,
} from '@gavel/proto/gen/notifications/v1/notifications_pb';
import { describe, expect, it } from 'vitest';
import { earlierText, kindLabel, notificationText } from './notification-sentences.ts';

const kinds = NotificationKindSchema.values
  .map(({ number }) => number as NotificationKind)
  .filter((kind) => kind !== NotificationKind.UNSPECIFIED);

describe('the sentence of a notification', () => {
  const text = (
    kind: NotificationKind,
    rest: Omit<MessageInitShape<typeof NotificationSchema>, '$typeName'> = {},
  ) => notificationText(create(NotificationSchema, { ...rest, kind }));
  const sold = { amount: 9_900n, currency: 'EUR', outcome: ItemOutcome.SOLD };

  it('exists for every kind, with and without an amount, and every kind has its own label', () => {
    for (const kind of kinds) {
      expect(text(kind)).toMatch(/^[A-Z].+\.$/);
      expect(text(kind, sold)).toMatch(/^[A-Z].+\.$/);
    }
    expect(new Set(kinds.map(kindLabel)).size).toBe(kinds.length);
  });

  it('about a purchase by another person names no bid', () => {
    for (const kind of [NotificationKind.LOST, NotificationKind.ENDED]) {
      const words = text(kind, { ...sold, boughtNow: true });
      expect(words).toContain('Another person bought this item at its buy-now price for €99.00.');
      expect(words).not.toMatch(/outbid|current bid|highest bid/);
    }
  });

  it('tells people who did not win how the auction ended', () => {
    expect(text(NotificationKind.LOST, sold)).toBe(
      'You did not win. The auction ended, and another person won it for €99.00.',
    );
    expect(text(NotificationKind.LOST, { outcome: ItemOutcome.RESERVE_NOT_MET })).toBe(
      'You did not win. The auction ended below its reserve price, so nobody won it.',
    );
    expect(text(NotificationKind.ENDED, { outcome: ItemOutcome.NO_BIDS })).toBe(
      'The auction ended without a bid.',
    );
  });

  it('tells the seller why an item was not sold', () => {
    expect(text(NotificationKind.UNSOLD)).toBe('Your item was not sold.');
    expect(text(NotificationKind.UNSOLD, { outcome: ItemOutcome.NO_BIDS })).toContain('Nobody bid.');
    expect(text(NotificationKind.UNSOLD, { outcome: ItemOutcome.RESERVE_NOT_MET })).toContain(
      'reserve price',
    );
  });

  it('counts the earlier notifications that it replaced', () => {
    const of = (notices: number) => earlierText(create(NotificationSchema, { notices }));
    expect([0, 1, 2, 15].map(of)).toEqual([
      '',
      '',
      '1 earlier notification about this item',
      '14 earlier notifications about this item',
    ]);
  });
});
