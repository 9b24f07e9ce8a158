import { type Notification, NotificationKind } from '@gavel/proto/gen/notifications/v1/notifications_pb';
import { formatMoney } from '../model/money.ts';

/** A notification as a sentence, shown below the item's title; empty for a kind that this version does not know. */
export function notificationText({ kind, amount, currency }: Notification): string {
  return sentences[kind]?.(amount > 0n ? formatMoney(amount, currency) : '') ?? '';
}

const sentences: Readonly<Record<number, (money: string) => string>> = {
  [NotificationKind.OUTBID]: (money) => `You were outbid.${money && ` The current bid is ${money}.`}`,
  [NotificationKind.WON]: (money) => `You won this item${money && ` for ${money}`}.`,
  [NotificationKind.SOLD]: (money) => `Your item was sold${money && ` for ${money}`}.`,
  [NotificationKind.ENDING_SOON]: (money) =>
    `This auction ends soon.${money && ` The current bid is ${money}.`}`,
  [NotificationKind.CANCELLED]: () => 'The seller cancelled this auction.',
  [NotificationKind.UNSOLD]: () => 'Your item was not sold.',
};

/** The name of a kind in the notification settings. */
export function kindLabel(kind: NotificationKind): string {
  return labels[kind] ?? 'Other news';
}

const labels: Readonly<Record<number, string>> = {
  [NotificationKind.OUTBID]: 'I am outbid',
  [NotificationKind.WON]: 'I win an auction',
  [NotificationKind.SOLD]: 'My item is sold',
  [NotificationKind.ENDING_SOON]: 'An auction that I watch or bid on is ending soon',
  [NotificationKind.CANCELLED]: 'An item that I watch is cancelled',
  [NotificationKind.UNSOLD]: 'My item is not sold',
};
