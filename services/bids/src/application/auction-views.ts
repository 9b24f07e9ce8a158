import type { Auction, Bid } from '../domain/auction/auction.ts';
import type { OpenItemsFilter, OpenItemsPosition } from './open-items.ts';

/** An auction and the moment of the database's clock that it was read at. */
export interface ItemView {
  readonly auction: Auction;
  readonly asOf: Date;
}

/** How someone who bid stands in an auction: while it runs, and once it is over. */
export type BidState = 'winning' | 'outbid' | 'won' | 'lost';

/** An auction that someone bid on, or bought. */
export interface MyBidView {
  readonly view: ItemView;
  readonly state: BidState;
  /** Their highest bid that others have seen, or what they bought it for; minor units. */
  readonly highestAmount: bigint;
  /** When they bid last (what Gavel bid for their maximum does not count), or bought. */
  readonly lastBidAt: Date;
}

/** The auctions, as queries see them. A page holds what comes after a position, up to `limit`. */
export interface AuctionViews {
  find(itemId: string): Promise<ItemView | undefined>;
  /** Auctions that are not over, in the filter's order, each with its value of what they are sorted by. */
  open(page: {
    filter: OpenItemsFilter;
    after: OpenItemsPosition | undefined;
    limit: number;
  }): Promise<{ view: ItemView; key: string }[]>;
  /** How many auctions take bids now, by category. */
  categories(): Promise<{ category: string; count: bigint }[]>;
  /** One seller's items, newest first. */
  ofSeller(page: {
    sellerId: string;
    after: { createdAt: Date; id: string } | undefined;
    limit: number;
  }): Promise<ItemView[]>;
  /** One seller's sold items, latest sale first. */
  soldBy(page: {
    sellerId: string;
    after: { soldAt: Date; id: string } | undefined;
    limit: number;
  }): Promise<{ view: ItemView; soldAt: Date }[]>;
  /** The auctions that one user bid on, latest bid first. */
  withBidsOf(page: {
    userId: string;
    /** Undefined for all. */
    state: BidState | undefined;
    after: { lastBidAt: Date; id: string } | undefined;
    limit: number;
  }): Promise<MyBidView[]>;
  /** One item's bids, newest first, or undefined when there is no such item. */
  bidsOn(page: {
    itemId: string;
    after: { sequence: bigint } | undefined;
    limit: number;
  }): Promise<{ bid: Bid; sequence: bigint }[] | undefined>;
}
