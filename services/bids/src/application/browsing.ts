import { type FieldProblems, invalidFields, type Outcome } from '@gavel/service-runtime/failure';
import { type Page, type PageInput, readPage } from '@gavel/service-runtime/page';
import type { Bid } from '../domain/auction/auction.ts';
import {
  type OpenItemsInput,
  readOpenItemsFilter,
  readOpenItemsPosition,
  toOpenItemsQuery,
} from './open-items.ts';
import type { AuctionViews, ItemView } from './ports.ts';
import { readId } from './read-fields.ts';
import { itemNotFound } from './rejections.ts';

interface Ports {
  readonly views: AuctionViews;
}

/** One item as it is now. */
export async function getItem(
  { views }: Ports,
  input: { id: string },
): Promise<Outcome<ItemView, 'ITEM_NOT_FOUND'>> {
  const itemId = readId(input.id);
  const view = itemId === undefined ? undefined : await views.find(itemId);
  return view ? { ok: true, value: view } : itemNotFound();
}

export interface ListItemsInput extends OpenItemsInput, PageInput {}

/** One page, and the only currency that it contains; undefined for all currencies. */
export interface OpenItemsPage extends Page<ItemView> {
  readonly currency: string | undefined;
}

/** Auctions that take bids now, or will do so: searched, filtered and sorted. */
export async function listItems(
  { views }: Ports,
  input: ListItemsInput,
): Promise<Outcome<OpenItemsPage, 'INVALID_PAGE_TOKEN' | 'INVALID_FIELD'>> {
  const problems: FieldProblems = {};
  const filter = readOpenItemsFilter(input, problems);
  const invalid = invalidFields(problems);
  if (invalid) return invalid;
  const page = await readPage(
    {
      query: ['ListItems', ...toOpenItemsQuery(filter)],
      readPosition: (parts) => readOpenItemsPosition(parts, filter.order),
      readRows: (after, limit) => views.open({ filter, after, limit }),
      positionOf: ({ view, key }, after) => [key, view.auction.id, (after?.since ?? view.asOf).toISOString()],
    },
    input,
  );
  if (!page.ok) return page;
  const items = page.value.items.map(({ view }) => view);
  return { ok: true, value: { ...page.value, items, currency: filter.currency } };
}

export interface GetItemBidsInput extends PageInput {
  itemId: string;
}

/** One item's bids, newest first. */
export async function getItemBids(
  { views }: Ports,
  input: GetItemBidsInput,
): Promise<Outcome<Page<Bid>, 'ITEM_NOT_FOUND' | 'INVALID_PAGE_TOKEN'>> {
  const itemId = readId(input.itemId);
  if (itemId === undefined) return itemNotFound();
  let itemExists = true;
  const page = await readPage(
    {
      query: ['GetItemBids', itemId],
      // A bid's id and not its sequence: a gap between two sequences would show that somebody raised a maximum.
      readPosition: readBidPosition,
      async readRows(after, limit) {
        const rows = await views.bidsOn({ itemId, after, limit });
        itemExists = rows !== undefined;
        return rows ?? [];
      },
      positionOf: (bid) => [bid.id],
    },
    input,
  );
  if (!itemExists) return itemNotFound();
  if (!page.ok) return page;
  return page;
}

function readBidPosition(position: readonly string[]): { bidId: string } | undefined {
  const bidId = readId(position[0] ?? '');
  return position.length === 1 && bidId !== undefined ? { bidId } : undefined;
}
