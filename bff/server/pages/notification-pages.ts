import {
  type Notification,
  NotificationKind,
  type Preference,
} from '@gavel/proto/gen/notifications/v1/notifications_pb';
import { formatMoney } from '../money/format-money.ts';
import { call } from '../rpc/call.ts';
import type { CallOutcome } from '../rpc/call-failure.ts';
import { as, notificationsClient } from '../rpc/clients.ts';
import type { Session } from '../session/renewal.ts';
import type { Page } from './list-pages.ts';

const PAGE_SIZE = 20;
// Every page shows the count, and none may wait for it.
const COUNT_TIMEOUT_MS = 500;

type SignedIn = Extract<Session, { kind: 'signed-in' }>;

/** What the caller was told, newest first, and how many are unread. */
export async function ownNotifications(
  session: SignedIn,
  pageToken: string,
): Promise<CallOutcome<Page<Notification> & { unread: bigint }>> {
  const request = { pageSize: PAGE_SIZE, pageToken };
  const outcome = await call('notifications', () =>
    notificationsClient().listNotifications(request, as(session)),
  );
  if (!outcome.ok) return outcome;
  const { notifications, nextPageToken, unreadCount } = outcome.value;
  return { ok: true, value: { entries: notifications, nextPageToken, unread: unreadCount } };
}

/** How many notifications the caller has not read; undefined when nobody can tell, which no page should fail for. */
export async function unreadCount(session: SignedIn): Promise<bigint | undefined> {
  const outcome = await call('notifications', () =>
    notificationsClient().listNotifications(
      { pageSize: 1, unreadOnly: true },
      { ...as(session), timeoutMs: COUNT_TIMEOUT_MS },
    ),
  );
  return outcome.ok ? outcome.value.unreadCount : undefined;
}

/** What the caller wants to be told. */
export async function ownPreferences(session: SignedIn): Promise<CallOutcome<Preference[]>> {
  const outcome = await call('notifications', () => notificationsClient().getPreferences({}, as(session)));
  return outcome.ok ? { ok: true, value: outcome.value.preferences } : outcome;
}

/** A notification as a sentence, after the item's title; empty for a kind that these pages do not know yet. */
export function notificationText({ kind, amount, currency }: Notification): string {
  return sentences[kind]?.(amount > 0n ? formatMoney(amount, currency) : '') ?? '';
}

const sentences: Readonly<Record<number, (money: string) => string>> = {
  [NotificationKind.OUTBID]: (money) => `You were outbid${money && `: the highest bid is ${money}`}.`,
  [NotificationKind.WON]: (money) => `You won it${money && ` for ${money}`}.`,
  [NotificationKind.SOLD]: (money) => `It was sold${money && ` for ${money}`}.`,
  [NotificationKind.ENDING_SOON]: (money) => `It ends soon${money && `, the highest bid is ${money}`}.`,
  [NotificationKind.CANCELLED]: () => 'It was withdrawn by its seller.',
  [NotificationKind.UNSOLD]: () => 'It ended without a sale.',
};

/** What a kind is called where people choose. */
export function kindLabel(kind: NotificationKind): string {
  return labels[kind] ?? 'Something else happens';
}

const labels: Readonly<Record<number, string>> = {
  [NotificationKind.OUTBID]: 'Somebody outbids me',
  [NotificationKind.WON]: 'I win an auction',
  [NotificationKind.SOLD]: 'My item is sold',
  [NotificationKind.ENDING_SOON]: 'An auction that I watch or bid in ends soon',
  [NotificationKind.CANCELLED]: 'An item that I watch is withdrawn',
  [NotificationKind.UNSOLD]: 'My item ends without a sale',
};
