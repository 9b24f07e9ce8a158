import type { Outcome } from '@gavel/service-runtime/failure';
import { type PageInput, readPage, readTimePosition } from '@gavel/service-runtime/page';
import { validate as isUuid } from 'uuid';
import type { Notification } from '../domain/notification.ts';
import type { Notifications } from './ports.ts';

interface Ports {
  readonly notifications: Notifications;
}

export interface ListNotificationsInput extends PageInput {
  userId: string;
  unreadOnly: boolean;
}

export interface NotificationPage {
  readonly notifications: readonly Notification[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
  /** All unread notifications of the user, on this page or not. */
  readonly unreadCount: bigint;
}

/** A user's notifications, newest first. */
export async function listNotifications(
  { notifications }: Ports,
  input: ListNotificationsInput,
): Promise<Outcome<NotificationPage, 'INVALID_PAGE_TOKEN'>> {
  const { userId, unreadOnly } = input;
  let unreadCount = 0n;
  const page = await readPage(
    {
      query: ['ListNotifications', userId, unreadOnly ? 'unread' : 'all'],
      readPosition: readTimePosition,
      async readRows(after, limit) {
        const [rows, unread] = await Promise.all([
          notifications.page({ userId, unreadOnly, after, limit }),
          notifications.countUnread(userId),
        ]);
        unreadCount = unread;
        return rows;
      },
      positionOf: ({ happenedAt, id }) => [happenedAt.toISOString(), id],
    },
    input,
  );
  if (!page.ok) return page;
  const { items, nextPageToken } = page.value;
  return { ok: true, value: { notifications: items, nextPageToken, unreadCount } };
}

/**
 * Marks one notification of the user as read, or all of them when `id` is empty. A repeat changes nothing.
 * @returns the number of notifications that are still unread
 */
export async function markRead(
  { notifications }: Ports,
  { userId, id }: { userId: string; id: string },
): Promise<Outcome<bigint, 'NOTIFICATION_NOT_FOUND'>> {
  if (id === '') await notifications.markAllRead(userId);
  else if (!isUuid(id) || !(await notifications.markRead(userId, id))) {
    return { ok: false, reason: 'NOTIFICATION_NOT_FOUND', message: 'the caller has no such notification' };
  }
  return { ok: true, value: await notifications.countUnread(userId) };
}
