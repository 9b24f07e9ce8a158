import type { Person } from '../domain/item-notices.ts';
import type { Announcement, Ending, ItemFacts, ItemState, Relisting, Start } from '../domain/item-state.ts';
import type { Notice } from '../domain/notice.ts';
import type { Standing } from '../domain/standing.ts';
import type { MailContent } from './compose-mail.ts';

/** An event: its id, its aggregate's version, and its body. */
export interface EventOf<Body> {
  readonly id: string;
  readonly sequence: bigint;
  readonly body: Body;
}

/** The consumer's tables, in the transaction of one event. */
export interface NotificationTables {
  /** Inserts the item's row if it is missing, and locks it: events of one item are then handled one after the other. */
  lockItem(itemId: string): Promise<ItemState>;
  /** Stores each stated fact, unless one of a later version is stored. The seller never changes. */
  keepFacts(itemId: string, sequence: bigint, facts: ItemFacts): Promise<void>;
  /** Stores an ending unless one is stored. */
  keepEnding(itemId: string, ending: Ending): Promise<void>;
  /** Stores an announcement unless one is stored. */
  keepAnnouncement(itemId: string, soon: Announcement): Promise<void>;
  keepStart(itemId: string, start: Start): Promise<void>;
  keepRelisting(itemId: string, relisting: Relisting): Promise<void>;
  /** The standings of those users who have bid on the item. */
  standings(itemId: string, userIds: readonly string[]): Promise<Standing[]>;
  /** The last known leader. */
  leader(itemId: string): Promise<Standing | undefined>;
  keepStandings(itemId: string, standings: readonly Standing[]): Promise<void>;
  /** Stores the state of a watch; false when a newer version is stored. */
  keepWatch(watch: Watch): Promise<boolean>;
  /** Everyone who has bid on the item or watched it at that time, each once. */
  audience(itemId: string, at: Date): Promise<Person[]>;
  /** Stores the address and the name of a new account, unless a later address is stored. */
  keepRecipient(recipient: Recipient): Promise<void>;
  /** Stores the address that a person has confirmed, unless a later one is stored. Mails that wait for it are due. */
  keepVerifiedAddress(address: VerifiedAddress): Promise<void>;
  /**
   * Stores notices, and mails for them, as each person's preferences say (no mails while mail is off). Notices that are
   * already stored stay as they are. A new notice replaces older unread ones about the same item.
   */
  notify(notices: readonly Notice[]): Promise<void>;
}

/** The state of one person's watch of one item. */
export interface Watch {
  readonly itemId: string;
  readonly userId: string;
  /** Increases each time the person starts or stops watching the item. */
  readonly version: bigint;
  readonly watching: boolean;
  readonly since: Date;
}

/** Who a new account belongs to. Nothing is mailed to the address before it is confirmed. */
export interface Recipient {
  readonly userId: string;
  readonly email: string;
  readonly fullName: string;
}

/** The address for a person's mail. */
export interface VerifiedAddress {
  readonly userId: string;
  readonly email: string;
  /** The account's version that made it so. */
  readonly sequence: bigint;
}

/** A mail to be sent, leased to one sender. */
export interface DueMail extends Omit<MailContent, 'url' | 'picture'> {
  readonly notificationId: string;
  readonly itemId: string;
  /** URL or site path of the item's first picture; undefined: it has none, or it is unknown. */
  readonly image: string | undefined;
  /** Undefined while no address of the person is confirmed. */
  readonly recipient: { readonly email: string; readonly fullName: string } | undefined;
  /** Attempts before this one. */
  readonly attempts: number;
  readonly createdAt: Date;
}

/** The result of an attempt to send a leased mail. */
export type MailResult =
  | { readonly kind: 'sent' }
  | { readonly kind: 'given-up'; readonly error: string }
  | { readonly kind: 'later'; readonly error: string; readonly inMs: number; readonly attempts: number };

/** The mails that were stored with their notifications. */
export interface MailOutbox {
  /** Leases the oldest due mails: until the lease ends, no other sender gets them. */
  lease(limit: number): Promise<DueMail[]>;
  record(notificationId: string, result: MailResult): Promise<void>;
}
