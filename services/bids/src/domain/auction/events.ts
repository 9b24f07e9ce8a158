import type { AuctionOutcome, Listing, Terms, Winner } from './auction.ts';

/**
 * An event of one auction. `at` is the database's clock, read under the auction's lock. These events contain reserve prices
 * and maxima, which are secret; the published events (adapters/outbox) leave them out.
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
  /** The amount that everyone sees. A maximum that another one beats is used up, so its full value is the amount. */
  readonly amount: bigint;
  /** The bidder's maximum after this bid; undefined for a plain bid. */
  readonly maximum: bigint | undefined;
  /** False when a standing maximum is at least as high; its ProxyBidPlaced follows. */
  readonly leads: boolean;
  /** The price after this bid and the automatic answer to it. */
  readonly price: bigint;
  /** The user who led before and no longer leads. */
  readonly outbid: string | undefined;
  readonly at: Date;
}

/** Gavel has bid for a standing maximum, which leads: in answer to another user's bid, or because a raise reached the reserve price. */
export interface ProxyBidPlaced {
  readonly type: 'ProxyBidPlaced';
  readonly bidId: string;
  /** The user with the standing maximum. */
  readonly userId: string;
  readonly amount: bigint;
  /** The user whose bid was answered; undefined after a raise. */
  readonly outbid: string | undefined;
  readonly at: Date;
}

export interface MaximumRaised {
  readonly type: 'MaximumRaised';
  readonly userId: string;
  readonly maximum: bigint;
  /** The price, which stays; a ProxyBidPlaced moves it to the reserve price. In old events the price rose here, without a bid. */
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
