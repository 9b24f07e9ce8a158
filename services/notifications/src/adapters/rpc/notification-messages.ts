import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  NotificationKind as MessageKind,
  type NotificationSchema,
  type Preference as PreferenceMessage,
  type PreferenceSchema,
} from '@gavel/proto/gen/notifications/v1/notifications_pb';
import {
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
};

export function toNotificationMessage(
  notification: Notification,
): MessageInitShape<typeof NotificationSchema> {
  const { id, kind, itemId, title, price, happenedAt, readAt } = notification;
  return {
    id,
    kind: messageKinds[kind],
    itemId,
    title,
    amount: price?.amount ?? 0n,
    currency: price?.currency ?? '',
    createdAt: happenedAt.toISOString(),
    readAt: readAt?.toISOString() ?? '',
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
