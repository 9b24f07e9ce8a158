import type { ItemView } from './auction-views.ts';

/** What came of an addition to a watch list. */
export type WatchOutcome = 'watched' | 'no-item' | 'full';

/** Who watches which items. */
export interface WatchLists {
  /**
   * Puts an item on a user's list, unless it is on it or the list holds `ceiling` items; the list and its event in one
   * transaction. Concurrent changes of one list happen one after the other.
   */
  add(userId: string, itemId: string, ceiling: number): Promise<WatchOutcome>;
  /** Takes an item off a user's list, if it is on it. */
  remove(userId: string, itemId: string): Promise<'unwatched' | 'no-item'>;
  /** Which of some items are on a user's list. */
  among(userId: string, itemIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** A user's list, latest watched first: what comes after a position, up to `limit`. */
  page(page: {
    userId: string;
    after: { watchedAt: Date; id: string } | undefined;
    limit: number;
  }): Promise<{ view: ItemView; watchedAt: Date }[]>;
}
