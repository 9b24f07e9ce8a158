import type { Outcome } from '@gavel/service-runtime/failure';
import type { Bid } from '../domain/auction/auction.ts';
import type { AuctionViews } from './auction-views.ts';
import { decodePageToken, invalidPageToken, type Page, pageSize, toPage } from './page.ts';
import { readId } from './read-fields.ts';
import { itemNotFound } from './rejection-to-failure.ts';

export interface GetItemBidsInput {
  itemId: string;
  pageSize: number;
  pageToken: string;
}

/** One item's bids, newest first. */
export async function getItemBids(
  views: AuctionViews,
  input: GetItemBidsInput,
): Promise<Outcome<Page<Bid>, 'ITEM_NOT_FOUND' | 'INVALID_PAGE_TOKEN'>> {
  const itemId = readId(input.itemId);
  if (itemId === undefined) return itemNotFound();
  const query = ['GetItemBids', itemId];
  const position = input.pageToken === '' ? undefined : decodePageToken(input.pageToken, query);
  const after = position && readSequence(position);
  if (input.pageToken !== '' && !after) return invalidPageToken();
  const size = pageSize(input.pageSize);
  const rows = await views.bidsOn({ itemId, after, limit: size + 1 });
  if (!rows) return itemNotFound();
  const page = toPage(rows, size, query, ({ sequence }) => [String(sequence)]);
  return { ok: true, value: { ...page, items: page.items.map(({ bid }) => bid) } };
}

function readSequence(position: readonly string[]): { sequence: bigint } | undefined {
  const [text = ''] = position;
  return position.length === 1 && /^[1-9]\d{0,17}$/.test(text) ? { sequence: BigInt(text) } : undefined;
}
