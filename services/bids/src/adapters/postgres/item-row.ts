import { currencyDigits } from '@gavel/proto/currencies';
import type { Auction, AuctionOutcome, HighestBid } from '../../domain/auction/auction.ts';

/** The columns that `toAuction` needs. */
export const ITEM_COLUMNS = `id, seller_id, title, description, images, category, currency, start_price, reserve_price,
  buy_now_price, starts_at, end_at, soft_close_seconds, hard_end_at, status, outcome, winner_id, winning_amount, closed_at,
  version, revision, bid_count, highest_bid, highest_bidder, highest_maximum, highest_bid_id, highest_bid_at, highest_bid_automatic,
  relisted_from, relisted_as, start_announced, ending_soon_announced, created_at, updated_at`;

export interface ItemRow {
  id: string;
  seller_id: string;
  title: string;
  description: string;
  images: string[];
  category: string;
  currency: string;
  start_price: bigint;
  reserve_price: bigint | null;
  buy_now_price: bigint | null;
  starts_at: Date;
  end_at: Date;
  soft_close_seconds: number;
  hard_end_at: Date;
  status: Auction['status'];
  outcome: AuctionOutcome | null;
  winner_id: string | null;
  winning_amount: bigint | null;
  closed_at: Date | null;
  version: bigint;
  revision: bigint;
  bid_count: bigint;
  highest_bid: bigint | null;
  highest_bidder: string | null;
  highest_maximum: bigint | null;
  highest_bid_id: string | null;
  highest_bid_at: Date | null;
  highest_bid_automatic: boolean | null;
  relisted_from: string | null;
  relisted_as: string | null;
  start_announced: boolean;
  ending_soon_announced: boolean;
  created_at: Date;
  updated_at: Date;
}

/** The auction in a row of `items`. */
export function toAuction(row: ItemRow): Auction {
  const { winner_id: winnerId, winning_amount: winningAmount } = row;
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
    currencyDigits: currencyDigits(row.currency),
    startPrice: row.start_price,
    reservePrice: row.reserve_price ?? undefined,
    buyNowPrice: row.buy_now_price ?? undefined,
    startsAt: row.starts_at,
    endAt: row.end_at,
    softCloseSeconds: row.soft_close_seconds,
    hardEndAt: row.hard_end_at,
    status: row.status,
    outcome: row.outcome ?? undefined,
    winner:
      winnerId === null || winningAmount === null ? undefined : { userId: winnerId, amount: winningAmount },
    closedAt: row.closed_at ?? undefined,
    version: row.version,
    revision: row.revision,
    bidCount: row.bid_count,
    highestBid: toHighestBid(row),
    relistedFrom: row.relisted_from ?? undefined,
    relistedAs: row.relisted_as ?? undefined,
    startAnnounced: row.start_announced,
    endingSoonAnnounced: row.ending_soon_announced,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toHighestBid(row: ItemRow): HighestBid | undefined {
  const { highest_bid: amount, highest_bidder: userId, highest_bid_id: bidId, highest_bid_at: at } = row;
  if (amount === null || userId === null || bidId === null || at === null) return undefined;
  const automatic = row.highest_bid_automatic ?? false;
  return { bidId, userId, amount, maximum: row.highest_maximum ?? undefined, automatic, at };
}
