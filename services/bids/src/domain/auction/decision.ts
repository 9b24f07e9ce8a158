import type { AuctionEvent } from './event.ts';

type OwnersRefusal =
  | 'ITEM_NOT_FOUND'
  | 'NOT_ITEM_OWNER'
  | 'ITEM_HAS_BIDS'
  | 'AUCTION_ENDED'
  | 'AUCTION_CANCELLED';

type BuyersRefusal =
  | 'ITEM_NOT_FOUND'
  | 'AUCTION_NOT_STARTED'
  | 'AUCTION_ENDED'
  | 'AUCTION_CANCELLED'
  | 'SELLER_MAY_NOT_BID';

/** Why each command may be refused. */
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
  UpdateItem: OwnersRefusal;
  CancelItem: OwnersRefusal;
  PlaceBid: BuyersRefusal | 'BID_TOO_LOW' | 'MAXIMUM_NOT_RAISED';
  BuyNow: BuyersRefusal | 'BUY_NOW_UNAVAILABLE';
  RelistItem: 'ITEM_NOT_FOUND' | 'NOT_ITEM_OWNER' | 'AUCTION_NOT_ENDED' | 'ITEM_SOLD' | 'ALREADY_RELISTED';
  Announce: 'ITEM_NOT_FOUND';
  CloseAuction: 'ITEM_NOT_FOUND';
}

export type RejectionReason = RejectionReasons[keyof RejectionReasons];

export interface Rejection<R extends RejectionReason = RejectionReason> {
  readonly reason: R;
  /** With BID_TOO_LOW: what would have been enough. */
  readonly minimum?: { readonly amount: bigint; readonly currency: string };
}

export interface Acceptance {
  readonly ok: true;
  readonly events: readonly AuctionEvent[];
}

/** The facts that a command brings about, none when it changes nothing, or why it is refused. */
export type Decision<R extends RejectionReason = RejectionReason> =
  | Acceptance
  | { readonly ok: false; readonly rejection: Rejection<R> };

export function accept(...events: AuctionEvent[]): Acceptance {
  return { ok: true, events };
}

export function reject<R extends RejectionReason>(reason: R): { ok: false; rejection: Rejection<R> } {
  return { ok: false, rejection: { reason } };
}
