import type { TimePosition } from '@gavel/service-runtime/page';
import type { Notification, Preference } from '../domain/notification.ts';

/** The notifications that the consumer has written, without those that are only mailed. */
export interface Notifications {
  /** A user's notifications after a position, newest first. */
  page(query: NotificationsQuery): Promise<Notification[]>;
  countUnread(userId: string): Promise<bigint>;
  /** False when the user has no such notification. A second call does not change the time of the first. */
  markRead(userId: string, id: string): Promise<boolean>;
  markAllRead(userId: string): Promise<void>;
}

export interface NotificationsQuery {
  readonly userId: string;
  readonly unreadOnly: boolean;
  /** Undefined for the first page. */
  readonly after: TimePosition | undefined;
  readonly limit: number;
}

/** Which kinds of notification users want, and how. */
export interface Preferences {
  /** One per kind, in the order of `notificationKinds`. Kinds that the user has not set have their defaults. */
  find(userId: string): Promise<Preference[]>;
  /** Sets some kinds and returns all, in one transaction. */
  set(userId: string, preferences: readonly Preference[]): Promise<Preference[]>;
}
