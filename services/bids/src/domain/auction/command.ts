import type { Listing, Terms } from './auction.ts';

export interface CreateItem extends NewTimes, Omit<Terms, 'startsAt' | 'endAt' | 'hardEndAt'> {
  readonly type: 'CreateItem';
  readonly itemId: string;
  readonly sellerId: string;
  readonly listing: Listing;
  /** The unsold item that this one is put up again from. */
  readonly relistedFrom?: string;
}

/** When an auction is to run. */
export interface NewTimes {
  /** Undefined or past: now. */
  readonly startsAt: Date | undefined;
  readonly endAt: Date;
  /** Undefined: a day after `endAt` with a soft close, `endAt` without. */
  readonly hardEndAt: Date | undefined;
}

/** What is absent from `changes` stays. */
export interface UpdateItem {
  readonly type: 'UpdateItem';
  readonly userId: string;
  readonly changes: Partial<Listing>;
}

export interface CancelItem {
  readonly type: 'CancelItem';
  readonly userId: string;
}

/** Bids exactly `amount`, or with a maximum as little as leads, up to that maximum. */
export interface PlaceBid {
  readonly type: 'PlaceBid';
  readonly bidId: string;
  /** The id of the bid that a standing maximum may answer this one with. */
  readonly answerId: string;
  readonly userId: string;
  /** Plays no part when there is a maximum. */
  readonly amount: bigint;
  readonly maximum: bigint | undefined;
}

export interface BuyNow {
  readonly type: 'BuyNow';
  readonly userId: string;
}

/** The unsold item's side of putting it up again; the new item's is CreateItem: see `decideRelisting`. */
export interface RelistItem {
  readonly type: 'RelistItem';
  readonly userId: string;
  /** The new item's id. */
  readonly relistedAs: string;
}

/** Says that a scheduled auction has begun and that an end is near, each once; does nothing when neither is due. */
export interface Announce {
  readonly type: 'Announce';
}

/** Decides an auction whose end has passed; on any other it does nothing, so it may be repeated. */
export interface CloseAuction {
  readonly type: 'CloseAuction';
}

export type AuctionCommand =
  | CreateItem
  | UpdateItem
  | CancelItem
  | PlaceBid
  | BuyNow
  | RelistItem
  | Announce
  | CloseAuction;
