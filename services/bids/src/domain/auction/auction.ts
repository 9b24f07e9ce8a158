/** What the seller says of the item. */
export interface Listing {
  readonly title: string;
  readonly description: string;
  /** URLs or site paths. */
  readonly images: readonly string[];
  /** Lower-case token, or empty. */
  readonly category: string;
}

export type AuctionStatus = 'active' | 'ended' | 'cancelled';

export type AuctionOutcome = 'sold' | 'no_bids';

/** One item and its auction: the state after its first `version` events. Amounts are minor units of `currency`. */
export interface Auction {
  readonly id: string;
  readonly sellerId: string;
  readonly listing: Listing;
  /** ISO 4217. */
  readonly currency: string;
  readonly startPrice: bigint;
  readonly endAt: Date;
  /** What the events say. Past `endAt` an auction takes no bids although it is not closed yet: see `statusAt`. */
  readonly status: AuctionStatus;
  /** Set once the auction is closed. */
  readonly outcome: AuctionOutcome | undefined;
  /** Sequence of the last event. */
  readonly version: bigint;
  readonly bidCount: bigint;
  readonly highestBid: { readonly userId: string; readonly amount: bigint } | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An accepted bid. */
export interface Bid {
  readonly id: string;
  readonly itemId: string;
  readonly userId: string;
  readonly amount: bigint;
  readonly createdAt: Date;
}

/** Where the auction stands at a moment: from its end on it is ended, whether or not it has been closed. */
export function statusAt(auction: Auction, now: Date): AuctionStatus {
  return auction.status === 'active' && now >= auction.endAt ? 'ended' : auction.status;
}
