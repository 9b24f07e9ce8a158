import type { Outcome } from '@gavel/service-runtime/failure';
import type { AuctionViews, ItemView } from './auction-views.ts';
import { decodePageToken, invalidPageToken, type Page, pageSize, toPage } from './page.ts';
import { readTimePosition } from './read-time-position.ts';

/** A sold item. */
export interface Sale {
  readonly view: ItemView;
  readonly soldAt: Date;
}

/** One seller's own sold items, latest sale first. */
export async function listSales(
  views: AuctionViews,
  input: { sellerId: string; pageSize: number; pageToken: string },
): Promise<Outcome<Page<Sale>, 'INVALID_PAGE_TOKEN'>> {
  const query = ['ListSales', input.sellerId];
  const position = input.pageToken === '' ? undefined : decodePageToken(input.pageToken, query);
  const after = position && readTimePosition(position);
  if (input.pageToken !== '' && !after) return invalidPageToken();
  const size = pageSize(input.pageSize);
  const rows = await views.soldBy({
    sellerId: input.sellerId,
    after: after && { soldAt: after.time, id: after.id },
    limit: size + 1,
  });
  const page = toPage(rows, size, query, ({ view, soldAt }) => [soldAt.toISOString(), view.auction.id]);
  return { ok: true, value: page };
}
