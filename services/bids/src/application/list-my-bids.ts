import type { Outcome } from '@gavel/service-runtime/failure';
import type { AuctionViews, BidState, MyBidView } from './auction-views.ts';
import { decodePageToken, invalidPageToken, type Page, pageSize, toPage } from './page.ts';
import { readTimePosition } from './read-time-position.ts';

export interface ListMyBidsInput {
  userId: string;
  pageSize: number;
  pageToken: string;
  /** Undefined for all. */
  state: BidState | undefined;
}

/** The auctions that the caller bid on, latest bid first, and how the caller stands in each. */
export async function listMyBids(
  views: AuctionViews,
  input: ListMyBidsInput,
): Promise<Outcome<Page<MyBidView>, 'INVALID_PAGE_TOKEN'>> {
  const { userId, state } = input;
  const query = ['ListMyBids', userId, state ?? ''];
  const position = input.pageToken === '' ? undefined : decodePageToken(input.pageToken, query);
  const after = position && readTimePosition(position);
  if (input.pageToken !== '' && !after) return invalidPageToken();
  const size = pageSize(input.pageSize);
  const rows = await views.withBidsOf({
    userId,
    state,
    after: after && { lastBidAt: after.time, id: after.id },
    limit: size + 1,
  });
  const page = toPage(rows, size, query, ({ view, lastBidAt }) => [lastBidAt.toISOString(), view.auction.id]);
  return { ok: true, value: page };
}
