import { minimumNextBid } from './increments.ts';

/** How the seller describes the item. */
export interface Listing {
  readonly title: string;
  readonly description: string;
  /** URLs or site paths. */
  readonly images: readonly string[];
  /** Lower-case token, or empty. */
  readonly category: string;
}

/** The seller's prices and times. Only AuctionExtended changes them: it moves `endAt`. */
export interface Terms {
  /** ISO 4217. */
  readonly currency: string;
  /** Digits of the currency's minor unit; undefined for a code that is not in use. */
  readonly currencyDigits: number | undefined;
  /** The smallest amount of the first bid. */
  readonly startPrice: bigint;
  /** Below this price the item is not sold. Only the seller may see it. */
  readonly reservePrice: bigint | undefined;
  readonly buyNowPrice: bigint | undefined;
  readonly startsAt: Date;
  /** The current end, after all extensions. */
  readonly endAt: Date;
  /** A bid within this many seconds before the end moves the end; 0 disables it. */
  readonly softCloseSeconds: number;
  /** No bid moves the end past this moment. */
  readonly hardEndAt: Date;
}

export type AuctionStatus = 'scheduled' | 'active' | 'ended' | 'cancelled';

export type AuctionOutcome = 'sold' | 'reserve_not_met' | 'no_bids';

/** The leading bid. */
export interface HighestBid {
  readonly bidId: string;
  readonly userId: string;
  /** The price, which everyone sees. */
  readonly amount: bigint;
  /** The limit up to which Gavel bids for this user, at least `amount`; undefined for a plain bid. Only its bidder may see it. */
  readonly maximum: bigint | undefined;
  /** Placed by Gavel for the maximum. */
  readonly automatic: boolean;
  readonly at: Date;
}

/** One item and its auction: the state after its first `version` events. Amounts are minor units of `currency`. */
export interface Auction extends Terms {
  readonly id: string;
  readonly sellerId: string;
  readonly listing: Listing;
  /** The status according to the events. `statusAt` also takes the clock into account. */
  readonly status: 'active' | 'ended' | 'cancelled';
  /** Set once the auction is closed. */
  readonly outcome: AuctionOutcome | undefined;
  /** The buyer and the price, once the item is sold. */
  readonly winner: Winner | undefined;
  readonly closedAt: Date | undefined;
  /** Sequence of the last event. It counts secret acts, too, so it is shown to nobody. */
  readonly version: bigint;
  /** Counts the changes that everybody may see, from 1. */
  readonly revision: bigint;
  /** Accepted bids, including automatic ones. */
  readonly bidCount: bigint;
  readonly highestBid: HighestBid | undefined;
  /** The unsold item that this one was relisted from. */
  readonly relistedFrom: string | undefined;
  /** The item that this one was relisted as. */
  readonly relistedAs: string | undefined;
  /** AuctionStarted was emitted, or is not needed because the auction began when it was created. */
  readonly startAnnounced: boolean;
  /** AuctionEndingSoon was emitted, or is not needed because the auction is short. */
  readonly endingSoonAnnounced: boolean;
  readonly createdAt: Date;
  /** The last change that everybody may see. */
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
  /** Placed by Gavel for a maximum. */
  readonly automatic: boolean;
  readonly createdAt: Date;
}

/** AuctionEndingSoon is emitted this long before the end. */
export const ENDING_SOON_MS = 10 * 60_000;

/** The status at a moment. An auction counts as ended from its end on, even before it is closed. */
export function statusAt(auction: Auction, now: Date): AuctionStatus {
  if (auction.status !== 'active') return auction.status;
  if (now >= auction.endAt) return 'ended';
  return now < auction.startsAt ? 'scheduled' : 'active';
}

/** Whether the highest bid would sell the item, or the item is sold; always true without a reserve price. */
export function reserveMet({ reservePrice, highestBid, winner }: Auction): boolean {
  return reservePrice === undefined || winner !== undefined || (highestBid?.amount ?? 0n) >= reservePrice;
}

/** Whether a user has the highest bid of a running auction, or has won one that is over. */
export function leadsAt(auction: Auction, userId: string, now: Date): boolean {
  if (auction.closedAt !== undefined) return auction.winner?.userId === userId;
  const leads = auction.highestBid?.userId === userId;
  // From the end on nobody can bid, so the closing only states what is already certain.
  return leads && (statusAt(auction, now) !== 'ended' || reserveMet(auction));
}

/** The most that the leading bidder has offered: the maximum, or the amount of a plain bid. */
export function limitOf(bid: HighestBid): bigint {
  return bid.maximum ?? bid.amount;
}

/**
 * The price at which the item can be bought now; undefined without such a price, once the reserve price is met, or once the price
 * has reached it. Without a reserve price, bids alone do not end the offer.
 */
export function buyNowPriceOf(auction: Auction): bigint | undefined {
  const { buyNowPrice, reservePrice, highestBid } = auction;
  if (reservePrice !== undefined && reserveMet(auction)) return undefined;
  return buyNowPrice !== undefined && (highestBid?.amount ?? 0n) < buyNowPrice ? buyNowPrice : undefined;
}

/**
 * The smallest amount with which somebody can outbid the leader now. Undefined when there is none: the price is the largest amount
 * of a bid, or the next bid would not be below the buy-now price, so that only buying is left.
 */
export function nextBidOf(auction: Auction): bigint | undefined {
  const next = minimumNextBid(auction.highestBid?.amount, auction.startPrice, auction);
  const buyNowPrice = buyNowPriceOf(auction);
  return next !== undefined && buyNowPrice !== undefined && next >= buyNowPrice ? undefined : next;
}

/** When the next announcement (start, ending soon) is due; undefined when there are none left. */
export function nextAnnouncementAt(auction: Auction): Date | undefined {
  if (auction.status !== 'active') return undefined;
  if (!auction.startAnnounced) return auction.startsAt;
  return auction.endingSoonAnnounced ? undefined : new Date(auction.endAt.getTime() - ENDING_SOON_MS);
}
