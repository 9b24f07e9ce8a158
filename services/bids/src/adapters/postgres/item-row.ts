import type { Auction, AuctionOutcome, AuctionStatus } from '../../domain/auction/auction.ts';

/** The columns that `toAuction` reads. */
export const ITEM_COLUMNS = `id, seller_id, title, description, images, category, currency, start_price, end_at,
  status, outcome, version, bid_count, highest_bid, highest_bidder, created_at, updated_at`;

export interface ItemRow {
  id: string;
  seller_id: string;
  title: string;
  description: string;
  images: string[];
  category: string;
  currency: string;
  start_price: bigint;
  end_at: Date;
  status: AuctionStatus;
  outcome: AuctionOutcome | null;
  version: bigint;
  bid_count: bigint;
  highest_bid: bigint | null;
  highest_bidder: string | null;
  created_at: Date;
  updated_at: Date;
}

/** The auction that a row of `items` stores. */
export function toAuction(row: ItemRow): Auction {
  return {
    id: row.id,
    sellerId: row.seller_id,
    listing: {
      title: row.title,
      description: row.description,
      images: row.images,
      category: row.category,
    },
    currency: row.currency,
    startPrice: row.start_price,
    endAt: row.end_at,
    status: row.status,
    outcome: row.outcome ?? undefined,
    version: row.version,
    bidCount: row.bid_count,
    highestBid:
      row.highest_bid === null || row.highest_bidder === null
        ? undefined
        : { userId: row.highest_bidder, amount: row.highest_bid },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
