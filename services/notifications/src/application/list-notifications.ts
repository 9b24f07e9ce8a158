import type { Outcome } from '@gavel/service-runtime/failure';
import type { Notification } from '../domain/notification.ts';
import type { NotificationStore } from './notification-store.ts';
import { decodePageToken, encodePageToken } from './page-token.ts';

const DEFAULT_SIZE = 20;
const LARGEST_SIZE = 100;

export interface ListInput {
  readonly userId: string;
  /** 0 means 20; more than 100 means 100. */
  readonly pageSize: number;
  /** Empty for the first page. */
  readonly pageToken: string;
  readonly unreadOnly: boolean;
}

export interface NotificationPage {
  readonly notifications: readonly Notification[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
  /** All of the person's, on this page or not. */
  readonly unreadCount: bigint;
}

/** A person's notifications, newest first. */
export async function listNotifications(
  store: NotificationStore,
  { userId, pageSize, pageToken, unreadOnly }: ListInput,
): Promise<Outcome<NotificationPage, 'INVALID_PAGE_TOKEN'>> {
  const list = [userId, unreadOnly ? 'unread' : 'all'];
  const after = pageToken === '' ? undefined : decodePageToken(pageToken, list);
  if (pageToken !== '' && after === undefined) {
    const message = 'the page token is malformed or belongs to another list';
    return { ok: false, reason: 'INVALID_PAGE_TOKEN', message };
  }
  const size = pageSize <= 0 ? DEFAULT_SIZE : Math.min(pageSize, LARGEST_SIZE);
  const [rows, unreadCount] = await Promise.all([
    store.page({ userId, unreadOnly, after, limit: size + 1 }),
    store.countUnread(userId),
  ]);
  const notifications = rows.slice(0, size);
  const last = notifications.at(-1);
  const nextPageToken = rows.length > size && last !== undefined ? encodePageToken(list, last) : '';
  return { ok: true, value: { notifications, nextPageToken, unreadCount } };
}
