import type { Auction, Bid } from '../domain/auction/auction.ts';

/** An auction and the moment of the database's clock that it was read at. */
export interface ItemView {
  readonly auction: Auction;
  readonly asOf: Date;
}

/** The auctions, as queries see them. A page holds what comes after a position, up to `limit`. */
export interface AuctionViews {
  find(itemId: string): Promise<ItemView | undefined>;
  /** Auctions that take bids now, soonest end first. */
  running(page: {
    category: string | undefined;
    after: { endAt: Date; id: string } | undefined;
    limit: number;
  }): Promise<ItemView[]>;
  /** One seller's items, newest first. */
  ofSeller(page: {
    sellerId: string;
    after: { createdAt: Date; id: string } | undefined;
    limit: number;
  }): Promise<ItemView[]>;
  /** One item's bids, newest first, or undefined when there is no such item. */
  bidsOn(page: {
    itemId: string;
    after: { sequence: bigint } | undefined;
    limit: number;
  }): Promise<{ bid: Bid; sequence: bigint }[] | undefined>;
}
