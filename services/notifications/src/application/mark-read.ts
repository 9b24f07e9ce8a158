import type { Outcome } from '@gavel/service-runtime/failure';
import { validate as isUuid } from 'uuid';
import type { NotificationStore } from './notification-store.ts';

/**
 * Marks one of a person's notifications as read, or all with an empty id; doing it again changes nothing.
 * @returns how many unread ones are left
 */
export async function markRead(
  store: NotificationStore,
  userId: string,
  id: string,
): Promise<Outcome<bigint, 'NOTIFICATION_NOT_FOUND'>> {
  if (id === '') await store.markAllRead(userId);
  else if (!isUuid(id) || !(await store.markRead(userId, id))) {
    return { ok: false, reason: 'NOTIFICATION_NOT_FOUND', message: 'the caller has no such notification' };
  }
  return { ok: true, value: await store.countUnread(userId) };
}
