import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import { type Notification, NotificationKind } from '@gavel/proto/gen/notifications/v1/notifications_pb';
import { formatMoney } from '../model/money.ts';

/** A notification as a sentence, shown below the item's title; empty for a kind that this version does not know. */
export function notificationText(notification: Notification): string {
  const { kind, amount, currency } = notification;
  return sentences[kind]?.(amount > 0n ? formatMoney(amount, currency) : '', notification) ?? '';
}

type Sentence = (money: string, notification: Notification) => string;

const sentences: Readonly<Record<number, Sentence>> = {
  [NotificationKind.OUTBID]: (money) => `You were outbid.${money && ` The current bid is ${money}.`}`,
  [NotificationKind.WON]: (money) => `You won this item${money && ` for ${money}`}.`,
  [NotificationKind.SOLD]: (money, { boughtNow }) =>
    `Your item was ${boughtNow ? 'bought at its buy-now price' : 'sold'}${money && ` for ${money}`}.`,
  [NotificationKind.ENDING_SOON]: (money) =>
    `This auction ends soon.${money && ` The current bid is ${money}.`}`,
  [NotificationKind.CANCELLED]: () => 'The seller cancelled this auction.',
  [NotificationKind.UNSOLD]: (_, { outcome }) => `Your item was not sold.${unsoldReasons[outcome] ?? ''}`,
  [NotificationKind.LOST]: (money, notification) => `You did not win. ${endSentence(money, notification)}`,
  [NotificationKind.ENDED]: endSentence,
  [NotificationKind.STARTED]: () => 'This auction has started. You can bid now.',
  [NotificationKind.RELISTED]: () => 'An item that was not sold is listed again, in this new auction.',
  [NotificationKind.FIRST_BID]: (money) => `Your item received its first bid${money && `: ${money}`}.`,
};

const unsoldReasons: Readonly<Record<number, string>> = {
  [ItemOutcome.RESERVE_NOT_MET]: ' The highest bid was below your reserve price.',
  [ItemOutcome.NO_BIDS]: ' Nobody bid.',
};

/** How an auction ended, for somebody who did not win it. */
function endSentence(money: string, { outcome, boughtNow }: Notification): string {
  const price = money && ` for ${money}`;
  if (boughtNow) return `Another person bought this item at its buy-now price${price}.`;
  switch (outcome) {
    case ItemOutcome.SOLD:
      return `The auction ended, and another person won it${price}.`;
    case ItemOutcome.RESERVE_NOT_MET:
      return 'The auction ended below its reserve price, so nobody won it.';
    case ItemOutcome.NO_BIDS:
      return 'The auction ended without a bid.';
    default:
      return 'The auction ended.';
  }
}

/** What a notification says about the earlier ones that it replaced; empty when there are none. */
export function earlierText({ notices }: Notification): string {
  if (notices <= 1) return '';
  return notices === 2
    ? '1 earlier notification about this item'
    : `${notices - 1} earlier notifications about this item`;
}

/** The name of a kind in the notification settings. */
export function kindLabel(kind: NotificationKind): string {
  return labels[kind] ?? 'Other news';
}

const labels: Readonly<Record<number, string>> = {
  [NotificationKind.OUTBID]: 'I am outbid',
  [NotificationKind.WON]: 'I win an auction',
  [NotificationKind.SOLD]: 'My item is sold',
  [NotificationKind.ENDING_SOON]: 'An auction that I watch or bid on is ending soon',
  [NotificationKind.CANCELLED]: 'An item that I watch or bid on is cancelled',
  [NotificationKind.UNSOLD]: 'My item is not sold',
  [NotificationKind.LOST]: 'An auction that I bid on ends and I do not win',
  [NotificationKind.ENDED]: 'An auction that I watch ends',
  [NotificationKind.STARTED]: 'An auction that I watch starts',
  [NotificationKind.RELISTED]: 'An item that I watch or bid on is listed again',
  [NotificationKind.FIRST_BID]: 'My item receives its first bid',
};
