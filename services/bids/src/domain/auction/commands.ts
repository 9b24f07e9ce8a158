import type { Listing, Terms } from './auction.ts';
import type { AuctionEvent } from './events.ts';

export interface CreateItem extends NewTimes, Omit<Terms, 'startsAt' | 'endAt' | 'hardEndAt'> {
  readonly type: 'CreateItem';
  readonly itemId: string;
  readonly sellerId: string;
  readonly listing: Listing;
  /** The unsold item that this one relists. */
  readonly relistedFrom?: string;
}

/** The times of a new auction. */
export interface NewTimes {
  /** Undefined or in the past: now. */
  readonly startsAt: Date | undefined;
  readonly endAt: Date;
  /** Default: a day after `endAt` with a soft close, otherwise `endAt`. */
  readonly hardEndAt: Date | undefined;
}

/** Fields that are absent from `changes` stay as they are. */
export interface UpdateItem {
  readonly type: 'UpdateItem';
  readonly userId: string;
  readonly changes: Partial<Listing>;
}

export interface CancelItem {
  readonly type: 'CancelItem';
  readonly userId: string;
}

/** Bids exactly `amount`; with a maximum, bids the smallest amount that leads, up to the maximum. */
export interface PlaceBid {
  readonly type: 'PlaceBid';
  readonly bidId: string;
  /** The id for the automatic bid that may answer this one. */
  readonly answerId: string;
  readonly userId: string;
  /** Ignored when there is a maximum. */
  readonly amount: bigint;
  readonly maximum: bigint | undefined;
}

export interface BuyNow {
  readonly type: 'BuyNow';
  readonly userId: string;
}

/** Marks an unsold item as relisted. The new item is created with CreateItem; `decideRelisting` does both. */
export interface RelistItem {
  readonly type: 'RelistItem';
  readonly userId: string;
  /** The new item's id. */
  readonly relistedAs: string;
}

/** Announces once that a scheduled auction has begun, and once that its end is near. Does nothing when neither is due. */
export interface Announce {
  readonly type: 'Announce';
}

/** Closes an auction whose end has passed. Does nothing to any other auction, so it can be repeated. */
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

type OwnerRejection =
  | 'ITEM_NOT_FOUND'
  | 'NOT_ITEM_OWNER'
  | 'ITEM_HAS_BIDS'
  | 'AUCTION_ENDED'
  | 'AUCTION_CANCELLED';

type BuyerRejection =
  | 'ITEM_NOT_FOUND'
  | 'AUCTION_NOT_STARTED'
  | 'AUCTION_ENDED'
  | 'AUCTION_CANCELLED'
  | 'SELLER_MAY_NOT_BID';

/** The reasons for which each command may be rejected. */
export interface RejectionReasons {
  CreateItem:
    | 'START_TOO_LATE'
    | 'END_TOO_SOON'
    | 'END_TOO_LATE'
    | 'HARD_END_BEFORE_END'
    | 'HARD_END_TOO_LATE'
    | 'RESERVE_BELOW_START'
    | 'BUY_NOW_BELOW_START'
    | 'BUY_NOW_BELOW_RESERVE'
    | 'UNKNOWN_CURRENCY';
  UpdateItem: OwnerRejection;
  CancelItem: OwnerRejection;
  PlaceBid: BuyerRejection | 'BID_TOO_LOW' | 'MAXIMUM_NOT_RAISED' | 'ALREADY_LEADING' | 'BUY_NOW_REACHED';
  BuyNow: BuyerRejection | 'BUY_NOW_UNAVAILABLE';
  RelistItem: 'ITEM_NOT_FOUND' | 'NOT_ITEM_OWNER' | 'AUCTION_NOT_ENDED' | 'ITEM_SOLD' | 'ALREADY_RELISTED';
  Announce: 'ITEM_NOT_FOUND';
  CloseAuction: 'ITEM_NOT_FOUND';
}

export type RejectionReason = RejectionReasons[keyof RejectionReasons];

export interface Rejection<R extends RejectionReason = RejectionReason> {
  readonly reason: R;
  /** With BID_TOO_LOW: the smallest amount that would have been accepted; undefined when no bid can be higher. */
  readonly minimum?: Money;
  /** With ALREADY_LEADING: the caller's own standing maximum, a secret; undefined after a plain bid. */
  readonly ownMaximum?: Money;
  /** With BUY_NOW_REACHED. */
  readonly buyNowPrice?: Money;
}

/** An amount in minor units. */
export interface Money {
  readonly amount: bigint;
  readonly currency: string;
}

export interface Acceptance {
  readonly ok: true;
  readonly events: readonly AuctionEvent[];
}

/** The events that a command causes (none when it changes nothing), or the reason why it is rejected. */
export type Decision<R extends RejectionReason = RejectionReason> =
  | Acceptance
  | { readonly ok: false; readonly rejection: Rejection<R> };

export function accept(...events: AuctionEvent[]): Acceptance {
  return { ok: true, events };
}

export function reject<R extends RejectionReason>(reason: R): { ok: false; rejection: Rejection<R> } {
  return { ok: false, rejection: { reason } };
}
