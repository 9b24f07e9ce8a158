/** What the seller says of the item. */
export interface Listing {
  readonly title: string;
  readonly description: string;
  /** URLs or site paths. */
  readonly images: readonly string[];
  /** Lower-case token, or empty. */
  readonly category: string;
}

/** What the seller asks and when; no event changes it but AuctionExtended, which moves `endAt`. */
export interface Terms {
  /** ISO 4217. */
  readonly currency: string;
  /** The first bid's minimum. */
  readonly startPrice: bigint;
  /** Secret of the seller: under it the item is not sold. */
  readonly reservePrice: bigint | undefined;
  readonly buyNowPrice: bigint | undefined;
  readonly startsAt: Date;
  /** The end in force. */
  readonly endAt: Date;
  /** A bid in the last so many seconds moves the end; 0: none does. */
  readonly softCloseSeconds: number;
  /** The end that no bid moves. */
  readonly hardEndAt: Date;
}

export type AuctionStatus = 'scheduled' | 'active' | 'ended' | 'cancelled';

export type AuctionOutcome = 'sold' | 'reserve_not_met' | 'no_bids';

/** The bid that leads. */
export interface HighestBid {
  readonly bidId: string;
  readonly userId: string;
  /** The price, which everyone sees. */
  readonly amount: bigint;
  /** Secret of its bidder, at least `amount`: how far Gavel goes on for them; undefined for a plain bid. */
  readonly maximum: bigint | undefined;
  /** Placed by Gavel for the maximum, in answer to another bid. */
  readonly automatic: boolean;
  readonly at: Date;
}

/** One item and its auction: the state after its first `version` events. Amounts are minor units of `currency`. */
export interface Auction extends Terms {
  readonly id: string;
  readonly sellerId: string;
  readonly listing: Listing;
  /** What the events say; what the clock makes of it: see `statusAt`. */
  readonly status: 'active' | 'ended' | 'cancelled';
  /** Set once the auction is closed. */
  readonly outcome: AuctionOutcome | undefined;
  /** Who pays what, once it is sold. */
  readonly winner: Winner | undefined;
  readonly closedAt: Date | undefined;
  /** Sequence of the last event. */
  readonly version: bigint;
  /** Accepted bids, automatic ones included. */
  readonly bidCount: bigint;
  readonly highestBid: HighestBid | undefined;
  /** The unsold item that this one was relisted from. */
  readonly relistedFrom: string | undefined;
  /** The item that this one was relisted as. */
  readonly relistedAs: string | undefined;
  /** Nothing is left to say of the start: AuctionStarted was said, or the auction began when it was made. */
  readonly startAnnounced: boolean;
  /** Nothing is left to say of the end being near: it was said, or the auction was too short for it. */
  readonly endingSoonAnnounced: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface Winner {
  readonly userId: string;
  readonly amount: bigint;
}

/** An accepted bid as its bidder sees it. */
export interface Bid {
  readonly id: string;
  readonly itemId: string;
  readonly userId: string;
  readonly amount: bigint;
  /** Placed by Gavel for a maximum, in answer to another bid. */
  readonly automatic: boolean;
  readonly createdAt: Date;
}

/** Where the auction stands at a moment: from its end on it is ended, whether or not it has been closed. */
export function statusAt(auction: Auction, now: Date): AuctionStatus {
  if (auction.status !== 'active') return auction.status;
  if (now >= auction.endAt) return 'ended';
  return now < auction.startsAt ? 'scheduled' : 'active';
}

/** Whether the highest bid would sell the item; without a reserve price always true. */
export function reserveMet(auction: Auction): boolean {
  return auction.reservePrice === undefined || (auction.highestBid?.amount ?? 0n) >= auction.reservePrice;
}

/** How far the leading bid goes: to its maximum, or for a plain bid no further than it is. */
export function limitOf(bid: HighestBid): bigint {
  return bid.maximum ?? bid.amount;
}

/** The price at which the item can be had at once; undefined when there is none or bidding has come to it. */
export function buyNowPriceOf({ buyNowPrice, highestBid }: Auction): bigint | undefined {
  return buyNowPrice !== undefined && (highestBid?.amount ?? 0n) < buyNowPrice ? buyNowPrice : undefined;
}
