import type { BoardBidder } from '@gavel/proto/leaderboards';

/** One auction as the boards show it. */
export interface AuctionBoard {
  readonly itemId: string;
  readonly isClosed: boolean;
  /** In this minute and the 59 before it. */
  readonly recentBids: bigint;
  /** Highest first, at most BIDDERS_KEPT. */
  readonly bidders: readonly (BoardBidder & { readonly amount: bigint })[];
}

/** One seller as the boards show them. */
export interface SellerBoard {
  readonly sellerId: string;
  readonly soldCount: bigint;
}

/** Something that the boards have to be told. */
export interface BoardChange {
  readonly board: 'auction' | 'seller';
  readonly key: string;
  readonly change: bigint;
}

/** This member's right to write the boards. */
export interface Keeping {
  /** Higher than that of every keeper before. */
  readonly fence: bigint;
  /** Which projection the boards are made from; another one after a swap. */
  readonly projection: string;
}

/** The projection, as the keeper of the boards sees it. */
export interface BoardSource {
  /** Takes or extends the right to keep the boards, for ten seconds; undefined while another member has it. */
  keep(holder: string): Promise<Keeping | undefined>;
  /** Gives it back. */
  release(holder: string): Promise<void>;
  /** What is to be told, oldest first, and the minute that it is by the database's clock. */
  changes(limit: number): Promise<{ minute: Date; changes: BoardChange[] }>;
  /** Forgets changes that were told, unless there are newer ones of the same key. */
  told(changes: readonly BoardChange[]): Promise<void>;
  /** Notes auctions as changed whose bids have come to be more than an hour old between two minutes. */
  noteCooled(from: Date, to: Date): Promise<void>;
  auctions(itemIds: readonly string[]): Promise<AuctionBoard[]>;
  /** Those that are not closed, or not for a day, in order of id after one. */
  auctionsAfter(itemId: string, limit: number): Promise<AuctionBoard[]>;
  sellers(sellerIds: readonly string[]): Promise<SellerBoard[]>;
  sellersAfter(sellerId: string, limit: number): Promise<SellerBoard[]>;
}

/** The boards in Redis. Every call is refused (`fenced`) when a later keeper was there. */
export interface BoardStore {
  /** Whether there are whole boards of this projection, and which; says to readers that somebody keeps them. */
  look(keeping: Keeping): Promise<Look>;
  /** Begins a building: until `finish`, there are no boards to read. */
  begin(keeping: Keeping, token: string, minute: Date): Promise<Written>;
  /** Puts boards as they are now, whatever was there. `lost`: the building is no longer there. */
  write(keeping: Keeping, token: string, boards: Boards): Promise<Written>;
  finish(keeping: Keeping, token: string): Promise<Written>;
  /** Notes up to which minute the boards have cooled. */
  setMinute(keeping: Keeping, token: string, minute: Date): Promise<Written>;
  /** Removes what is left of other buildings. */
  sweep(token: string): Promise<void>;
}

export interface Boards {
  readonly auctions: readonly AuctionBoard[];
  readonly sellers: readonly SellerBoard[];
}

export type Look =
  | { readonly kind: 'whole'; readonly token: string; readonly minute: Date }
  | { readonly kind: 'missing' }
  | { readonly kind: 'fenced' };

export type Written = 'written' | 'lost' | 'fenced';
