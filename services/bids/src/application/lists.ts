import type { Outcome } from '@gavel/service-runtime/failure';
import { type Page, type PageInput, readPage, readTimePosition } from '@gavel/service-runtime/page';
import type { AuctionViews, BidState, ItemView, MyBidView } from './ports.ts';

interface Ports {
  readonly views: AuctionViews;
}

export interface ListMyBidsInput extends PageInput {
  userId: string;
  /** Undefined for all. */
  state: BidState | undefined;
}

/** The auctions that the caller bid on, latest bid first, with the caller's standing in each. */
export function listMyBids(
  { views }: Ports,
  input: ListMyBidsInput,
): Promise<Outcome<Page<MyBidView>, 'INVALID_PAGE_TOKEN'>> {
  const { userId, state } = input;
  return readPage(
    {
      query: ['ListMyBids', userId, state ?? ''],
      readPosition: readTimePosition,
      readRows: (after, limit) => views.withBidsOf({ userId, state, after, limit }),
      positionOf: ({ view, lastBidAt }) => [lastBidAt.toISOString(), view.auction.id],
    },
    input,
  );
}

export interface SellerListInput extends PageInput {
  sellerId: string;
}

/** A sold item. */
export interface Sale {
  readonly view: ItemView;
  readonly soldAt: Date;
}

/** One seller's own sold items, latest sale first. */
export function listSales(
  { views }: Ports,
  input: SellerListInput,
): Promise<Outcome<Page<Sale>, 'INVALID_PAGE_TOKEN'>> {
  const { sellerId } = input;
  return readPage(
    {
      query: ['ListSales', sellerId],
      readPosition: readTimePosition,
      readRows: (after, limit) => views.soldBy({ sellerId, after, limit }),
      positionOf: ({ view, soldAt }) => [soldAt.toISOString(), view.auction.id],
    },
    input,
  );
}

/** The items that were sold last, latest sale first. Default: 10 items, at most 100. */
export function listRecentSales({ views }: Ports, input: { limit: number }): Promise<readonly ItemView[]> {
  return views.lastSold(input.limit === 0 ? 10 : Math.min(input.limit, 100));
}

/** One seller's own items with any status, newest first. */
export function listSellerItems(
  { views }: Ports,
  input: SellerListInput,
): Promise<Outcome<Page<ItemView>, 'INVALID_PAGE_TOKEN'>> {
  const { sellerId } = input;
  return readPage(
    {
      query: ['ListSellerItems', sellerId],
      readPosition: readTimePosition,
      readRows: (after, limit) => views.ofSeller({ sellerId, after, limit }),
      positionOf: ({ auction }) => [auction.createdAt.toISOString(), auction.id],
    },
    input,
  );
}
