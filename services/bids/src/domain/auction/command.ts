import type { Listing } from './auction.ts';

export interface CreateItem {
  readonly type: 'CreateItem';
  readonly itemId: string;
  readonly sellerId: string;
  readonly listing: Listing;
  readonly currency: string;
  readonly startPrice: bigint;
  readonly endAt: Date;
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

/** Bids exactly `amount`. */
export interface PlaceBid {
  readonly type: 'PlaceBid';
  readonly bidId: string;
  readonly userId: string;
  readonly amount: bigint;
}

/** Decides an auction whose end has passed; on any other it does nothing, so it may be repeated. */
export interface CloseAuction {
  readonly type: 'CloseAuction';
}

export type AuctionCommand = CreateItem | UpdateItem | CancelItem | PlaceBid | CloseAuction;
