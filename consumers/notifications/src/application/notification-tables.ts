import type { Announcement, Ending, ItemState } from '../domain/item-state.ts';
import type { Notice } from '../domain/notice.ts';
import type { Standing } from '../domain/standing.ts';

/** The consumer's tables, inside the transaction of one event. */
export interface NotificationTables {
  /** Makes the item's row when there is none and locks it: events of one item take turns from here on. */
  lockItem(itemId: string): Promise<ItemState>;
  /** Keeps a title unless one of a later version is known. */
  keepTitle(itemId: string, title: string, sequence: bigint): Promise<void>;
  /** The first ending stays. */
  keepEnding(itemId: string, ending: Ending): Promise<void>;
  /** The first announcement stays. */
  keepAnnouncement(itemId: string, soon: Announcement): Promise<void>;
  /** Of those of the people who have bid on the item. */
  standings(itemId: string, userIds: readonly string[]): Promise<Standing[]>;
  /** Who is known to have led last. */
  leader(itemId: string): Promise<Standing | undefined>;
  keepStandings(itemId: string, standings: readonly Standing[]): Promise<void>;
  /** Keeps how a person's watch stands; false when a newer version of it is known. */
  keepWatch(watch: Watch): Promise<boolean>;
  /** Everyone who has bid on the item or watches it, each once. */
  audience(itemId: string): Promise<string[]>;
  keepRecipient(recipient: Recipient): Promise<void>;
  /**
   * Stores notices, and mails for them, as each person's preferences and the mail's being on have it; those that are
   * stored already stay as they are.
   */
  notify(notices: readonly Notice[]): Promise<void>;
}

/** How one person's watch of one item stands. */
export interface Watch {
  readonly itemId: string;
  readonly userId: string;
  /** Counts the times that the person began and stopped to watch the item. */
  readonly version: bigint;
  readonly watching: boolean;
  readonly since: Date;
}

/** Where a person's mail goes. */
export interface Recipient {
  readonly userId: string;
  readonly email: string;
  readonly fullName: string;
}
