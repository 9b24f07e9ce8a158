import type { Bid, Ending, KnownBids } from '../domain/follow-bid.ts';
import type { Notice } from '../domain/notice.ts';

/** The consumer's tables, inside the transaction of one event. */
export interface NotificationTables {
  /** Makes the item's row when there is none and locks it: events of one item take turns from here on. */
  lockItem(itemId: string): Promise<{ readonly ending: Ending | undefined }>;
  /** The known bid with the highest sequence, and the bidder's own newest one. */
  knownBids(itemId: string, userId: string): Promise<Omit<KnownBids, 'ending'>>;
  /** Keeps a bid unless a newer one of its bidder is known. */
  keepBid(bid: Bid): Promise<void>;
  biddersOf(itemId: string): Promise<string[]>;
  /** Keeps a title unless one of a later version is known. */
  keepTitle(itemId: string, title: string, sequence: bigint): Promise<void>;
  /** The first ending stays. */
  keepEnding(itemId: string, ending: Ending): Promise<void>;
  keepRecipient(recipient: Recipient): Promise<void>;
  /** Stores notices, and mails for them when mail is on; those that are stored already stay as they are. */
  notify(notices: readonly Notice[]): Promise<void>;
}

/** Where a person's mail goes. */
export interface Recipient {
  readonly userId: string;
  readonly email: string;
  readonly fullName: string;
}
