import type { Outcome } from '@gavel/service-runtime/failure';
import type { AuctionViews, ItemView } from './auction-views.ts';
import type { OpenItemsFilter } from './open-items.ts';
import { decodePageToken, invalidPageToken, type Page, pageSize, toPage } from './page.ts';
import { type FieldProblems, invalidFields } from './read-fields.ts';
import { type OpenItemsInput, readOpenItemsFilter } from './read-open-items-filter.ts';
import { readOpenItemsPosition } from './read-open-items-position.ts';

export interface ListItemsInput extends OpenItemsInput {
  pageSize: number;
  pageToken: string;
}

/** Auctions that take bids now, or will: found by words, filtered and sorted. */
export async function listItems(
  views: AuctionViews,
  input: ListItemsInput,
): Promise<Outcome<Page<ItemView>, 'INVALID_PAGE_TOKEN' | 'INVALID_FIELD'>> {
  const problems: FieldProblems = {};
  const filter = readOpenItemsFilter(input, problems);
  const invalid = invalidFields(problems);
  if (invalid) return invalid;
  const query = ['ListItems', ...toQuery(filter)];
  const position = input.pageToken === '' ? undefined : decodePageToken(input.pageToken, query);
  const after = position && readOpenItemsPosition(position, filter.order);
  if (input.pageToken !== '' && !after) return invalidPageToken();
  const size = pageSize(input.pageSize);
  const rows = await views.open({ filter, after, limit: size + 1 });
  const page = toPage(rows, size, query, ({ view, key }) => [
    key,
    view.auction.id,
    (after?.since ?? view.asOf).toISOString(),
  ]);
  return { ok: true, value: { ...page, items: page.items.map(({ view }) => view) } };
}

function toQuery(filter: OpenItemsFilter): string[] {
  const { scheduled, category, words, currency, minPrice, maxPrice, endingWithinSeconds, order } = filter;
  const parts = [scheduled, category, words, currency, minPrice, maxPrice, endingWithinSeconds, order];
  return parts.map((part) => String(part ?? ''));
}
