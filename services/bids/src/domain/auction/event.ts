import type { AuctionOutcome, Listing, Terms, Winner } from './auction.ts';

/**
 * A fact about one auction. `at` is the database's clock, read under the auction's lock. Reserve prices and maxima are
 * secrets: these facts hold them, what is published of them does not.
 */
export type AuctionEvent =
  | ItemCreated
  | { readonly type: 'ItemUpdated'; readonly listing: Listing; readonly at: Date }
  | { readonly type: 'ItemCancelled'; readonly at: Date }
  | { readonly type: 'AuctionStarted'; readonly at: Date }
  | { readonly type: 'AuctionEndingSoon'; readonly at: Date }
  | BidPlaced
  | ProxyBidPlaced
  | MaximumRaised
  | AuctionExtended
  | { readonly type: 'ItemBoughtNow'; readonly buyerId: string; readonly amount: bigint; readonly at: Date }
  | AuctionClosed
  | { readonly type: 'ItemRelisted'; readonly relistedAs: string; readonly at: Date };

export interface ItemCreated extends Terms {
  readonly type: 'ItemCreated';
  readonly itemId: string;
  readonly sellerId: string;
  readonly listing: Listing;
  readonly relistedFrom: string | undefined;
  readonly at: Date;
}

export interface BidPlaced {
  readonly type: 'BidPlaced';
  readonly bidId: string;
  readonly userId: string;
  /** As everyone sees it. A maximum that another one beats is spent, so that it is the amount. */
  readonly amount: bigint;
  /** The bidder's maximum after this bid; undefined for a plain bid. */
  readonly maximum: bigint | undefined;
  /** False: a standing maximum is as high or higher, and its ProxyBidPlaced follows. */
  readonly leads: boolean;
  /** The price after this bid and the answer to it. */
  readonly price: bigint;
  /** Who led before, and does no more. */
  readonly outbid: string | undefined;
  readonly at: Date;
}

export interface ProxyBidPlaced {
  readonly type: 'ProxyBidPlaced';
  readonly bidId: string;
  /** Whose maximum answered: leads still. */
  readonly userId: string;
  readonly amount: bigint;
  /** Whose bid it answered. */
  readonly outbid: string;
  readonly at: Date;
}

export interface MaximumRaised {
  readonly type: 'MaximumRaised';
  readonly userId: string;
  readonly maximum: bigint;
  /** The price; above what it was only when the reserve price came within the maximum. */
  readonly price: bigint;
  readonly at: Date;
}

export interface AuctionExtended {
  readonly type: 'AuctionExtended';
  readonly previousEndAt: Date;
  readonly endAt: Date;
  readonly at: Date;
}

export interface AuctionClosed {
  readonly type: 'AuctionClosed';
  readonly outcome: AuctionOutcome;
  readonly winner: Winner | undefined;
  readonly at: Date;
}
