import type { BoardBidder } from '@gavel/proto/leaderboards';

/** The data of one auction on the boards. */
export interface AuctionBoard {
  readonly itemId: string;
  readonly isClosed: boolean;
  /** Bids of this minute and of the 59 before it. */
  readonly recentBids: bigint;
  /** Highest first, at most BIDDERS_KEPT. */
  readonly bidders: readonly (BoardBidder & { readonly amount: bigint })[];
}

/** The data of one seller on the boards. */
export interface SellerBoard {
  readonly sellerId: string;
  readonly soldCount: bigint;
}

/** An auction or seller whose boards have to be written again. */
export interface BoardChange {
  readonly board: 'auction' | 'seller';
  readonly key: string;
  readonly change: bigint;
}

/** This member's right to write the boards. */
export interface Keeping {
  /** Higher than the fence of every earlier keeper. */
  readonly fence: bigint;
  /** Identifies the projection that the boards are built from; a swapped-in replay has another one. */
  readonly projection: string;
}

/** The projection in Postgres that the boards are built from. */
export interface BoardSource {
  /** Takes or extends the right to write the boards, for ten seconds; undefined while another member has it. */
  keep(holder: string): Promise<Keeping | undefined>;
  /** Gives the right back. */
  release(holder: string): Promise<void>;
  /** The listed changes, oldest first, and the current minute by the database's clock. */
  changes(limit: number): Promise<{ minute: Date; changes: BoardChange[] }>;
  /** Removes changes from the list after they were written, except keys that have a newer change. */
  forgetChanges(changes: readonly BoardChange[]): Promise<void>;
  /** Lists as changed the auctions with bids that became older than an hour between two minutes. */
  listCooled(from: Date, to: Date): Promise<void>;
  auctions(itemIds: readonly string[]): Promise<AuctionBoard[]>;
  /** Auctions that are running or closed less than a day ago, in order of id, after the given id. */
  auctionsAfter(itemId: string, limit: number): Promise<AuctionBoard[]>;
  sellers(sellerIds: readonly string[]): Promise<SellerBoard[]>;
  sellersAfter(sellerId: string, limit: number): Promise<SellerBoard[]>;
}

/** The boards in Redis. Every call is refused (`fenced`) after a later keeper has written. */
export interface BoardStore {
  /** Finds complete boards of this projection, and tells readers that they are kept up to date. */
  look(keeping: Keeping): Promise<Look>;
  /** Begins a build: until `finish`, readers find no boards. */
  begin(keeping: Keeping, token: string, minute: Date): Promise<Written>;
  /** Overwrites boards with their current state. `lost`: the build no longer exists. */
  write(keeping: Keeping, token: string, boards: Boards): Promise<Written>;
  finish(keeping: Keeping, token: string): Promise<Written>;
  /** Stores the minute up to which old bids have been removed from the boards. */
  setMinute(keeping: Keeping, token: string, minute: Date): Promise<Written>;
  /** Removes the boards of all other builds. */
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
