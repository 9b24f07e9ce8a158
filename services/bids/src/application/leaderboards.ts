import type { ItemView } from './auction-views.ts';

/** A bidder's best in one auction. */
export interface BidderStanding {
  readonly userId: string;
  /** The highest bid that others have seen, minor units. */
  readonly amount: bigint;
  readonly bidCount: bigint;
}

export interface ItemHeat {
  readonly itemId: string;
  /** Bids in this minute and the 59 before it. */
  readonly recentBids: bigint;
}

export interface SellerStanding {
  readonly sellerId: string;
  readonly soldCount: bigint;
}

/** Boards that somebody keeps: quick, and now and then not there. Undefined: ask the tables. */
export interface KeptBoards {
  topBidders(itemId: string, limit: number): Promise<BidderStanding[] | undefined>;
  /** Hottest first, from a rank on; some of them may have ended meanwhile. */
  hottest(from: number, limit: number): Promise<ItemHeat[] | undefined>;
  topSellers(limit: number): Promise<SellerStanding[] | undefined>;
}

/** The same, counted from the auctions themselves: slower, and always right. */
export interface CountedBoards {
  /** Undefined: there is no such item. */
  topBidders(itemId: string, limit: number): Promise<BidderStanding[] | undefined>;
  /** Of auctions that take bids now. */
  hottest(limit: number): Promise<ItemHeat[]>;
  topSellers(limit: number): Promise<SellerStanding[]>;
  /** Those of some items that take bids now, by id. */
  running(itemIds: readonly string[]): Promise<ReadonlyMap<string, ItemView>>;
}

export interface Leaderboards {
  readonly kept: KeptBoards;
  readonly counted: CountedBoards;
}

/** What a request's limit means: 10 unless told, 100 at most. */
export function boardSize(limit: number): number {
  return limit === 0 ? 10 : Math.min(limit, 100);
}
