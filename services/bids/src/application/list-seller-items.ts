import type { Outcome } from '@gavel/service-runtime/failure';
import type { AuctionViews, ItemView } from './auction-views.ts';
import { decodePageToken, invalidPageToken, type Page, pageSize, toPage } from './page.ts';
import { readTimePosition } from './read-time-position.ts';

export interface ListSellerItemsInput {
  sellerId: string;
  pageSize: number;
  pageToken: string;
}

/** One seller's own items, newest first, whatever their status. */
export async function listSellerItems(
  views: AuctionViews,
  input: ListSellerItemsInput,
): Promise<Outcome<Page<ItemView>, 'INVALID_PAGE_TOKEN'>> {
  const query = ['ListSellerItems', input.sellerId];
  const position = input.pageToken === '' ? undefined : decodePageToken(input.pageToken, query);
  const after = position && readTimePosition(position);
  if (input.pageToken !== '' && !after) return invalidPageToken();
  const size = pageSize(input.pageSize);
  const rows = await views.ofSeller({
    sellerId: input.sellerId,
    after: after && { createdAt: after.time, id: after.id },
    limit: size + 1,
  });
  const page = toPage(rows, size, query, ({ auction }) => [auction.createdAt.toISOString(), auction.id]);
  return { ok: true, value: page };
}
