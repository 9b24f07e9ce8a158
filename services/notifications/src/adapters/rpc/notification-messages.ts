import type { MessageInitShape } from '@bufbuild/protobuf';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import {
  NotificationKind as MessageKind,
  type NotificationSchema,
  type Preference as PreferenceMessage,
  type PreferenceSchema,
} from '@gavel/proto/gen/notifications/v1/notifications_pb';
import {
  type AuctionOutcome,
  type Notification,
  type NotificationKind,
  notificationKinds,
  type Preference,
} from '../../domain/notification.ts';

const messageKinds: Record<NotificationKind, MessageKind> = {
  outbid: MessageKind.OUTBID,
  won: MessageKind.WON,
  sold: MessageKind.SOLD,
  ending_soon: MessageKind.ENDING_SOON,
  cancelled: MessageKind.CANCELLED,
  unsold: MessageKind.UNSOLD,
  lost: MessageKind.LOST,
  ended: MessageKind.ENDED,
  started: MessageKind.STARTED,
  relisted: MessageKind.RELISTED,
  first_bid: MessageKind.FIRST_BID,
};

const outcomes: Record<AuctionOutcome, ItemOutcome> = {
  sold: ItemOutcome.SOLD,
  bought_now: ItemOutcome.SOLD,
  reserve_not_met: ItemOutcome.RESERVE_NOT_MET,
  no_bids: ItemOutcome.NO_BIDS,
};

export function toNotificationMessage(
  notification: Notification,
): MessageInitShape<typeof NotificationSchema> {
  const { id, kind, itemId, title, price, outcome, notices, happenedAt, readAt } = notification;
  return {
    id,
    kind: messageKinds[kind],
    itemId,
    title,
    amount: price?.amount ?? 0n,
    currency: price?.currency ?? '',
    createdAt: happenedAt.toISOString(),
    readAt: readAt?.toISOString() ?? '',
    outcome: outcome === undefined ? ItemOutcome.UNSPECIFIED : outcomes[outcome],
    boughtNow: outcome === 'bought_now',
    notices,
  };
}

export function toPreferenceMessage({ kind, ...how }: Preference): MessageInitShape<typeof PreferenceSchema> {
  return { kind: messageKinds[kind], ...how };
}

/** Throws when the .proto file's rules accept a kind that this service does not know. */
export function toPreference({ kind: asked, inApp, email }: PreferenceMessage): Preference {
  const kind = notificationKinds.find((each) => messageKinds[each] === asked);
  if (kind === undefined) throw new Error(`unknown kind of notification: ${asked}`);
  return { kind, inApp, email };
}
