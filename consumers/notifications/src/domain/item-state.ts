import type { AuctionOutcome, Price } from './notice.ts';

/** How an auction ended. */
export interface Ending {
  readonly kind: 'closed' | 'cancelled';
  readonly eventId: string;
  readonly at: Date;
  /** Undefined for a withdrawal, and if an earlier version of this consumer stored the ending. */
  readonly result: Result | undefined;
}

/** The result of a closed auction. */
export interface Result {
  readonly outcome: AuctionOutcome;
  /** Undefined unless the item was sold; the price as well. */
  readonly winnerId: string | undefined;
  readonly price: Price | undefined;
}

/** The announcement that an auction ends soon. */
export interface Announcement {
  readonly eventId: string;
  readonly sequence: bigint;
  readonly at: Date;
  readonly endAt: Date;
  /** The highest bid, if there was one. */
  readonly price: Price | undefined;
}

/** The start of a scheduled auction. */
export interface Start {
  readonly eventId: string;
  readonly at: Date;
}

/** An unsold item was listed again. */
export interface Relisting {
  readonly eventId: string;
  readonly at: Date;
  /** The new item. */
  readonly relistedAs: string;
}

/** The known state of an item, and the current time by the database's clock. */
export interface ItemState {
  readonly itemId: string;
  readonly title: string | undefined;
  readonly sellerId: string | undefined;
  readonly ending: Ending | undefined;
  readonly soon: Announcement | undefined;
  readonly start: Start | undefined;
  readonly relisting: Relisting | undefined;
  readonly now: Date;
}

/** What an event states about an item. A fact that is undefined is not stated. */
export interface ItemFacts {
  readonly title?: string | undefined;
  readonly sellerId?: string | undefined;
  /** URL or site path of the first picture; empty: the item has none. */
  readonly image?: string | undefined;
  readonly endAt?: Date | undefined;
  /** The smallest amount of the next bid; 0 when no bid can be higher. */
  readonly minimumNextBid?: Price | undefined;
}
