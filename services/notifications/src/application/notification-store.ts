import type { Notification, Preference } from '../domain/notification.ts';

/** The notifications that the consumer has written, those that are shown. */
export interface NotificationStore {
  /** Newest first, those after a place in that order. */
  page(query: PageQuery): Promise<Notification[]>;
  countUnread(userId: string): Promise<bigint>;
  /** False when the person has no such notification. One that is read stays as it was read first. */
  markRead(userId: string, id: string): Promise<boolean>;
  markAllRead(userId: string): Promise<void>;
}

export interface PageQuery {
  readonly userId: string;
  readonly unreadOnly: boolean;
  readonly after: Place | undefined;
  readonly limit: number;
}

/** A place in the list. */
export interface Place {
  readonly happenedAt: Date;
  readonly id: string;
}

/** What people want to be told. */
export interface PreferenceStore {
  /** One of each kind, in their order; those that the person has not set are as they are for everybody. */
  find(userId: string): Promise<Preference[]>;
  /** Sets some and answers all, in one transaction. */
  set(userId: string, preferences: readonly Preference[]): Promise<Preference[]>;
}
