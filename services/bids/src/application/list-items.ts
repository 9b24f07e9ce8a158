import type { Outcome } from '@gavel/service-runtime/failure';
import type { AuctionViews, ItemView } from './auction-views.ts';
import { decodePageToken, invalidPageToken, type Page, pageSize, toPage } from './page.ts';
import { type FieldProblems, invalidFields, readCategory } from './read-fields.ts';
import { readTimePosition } from './read-time-position.ts';

export interface ListItemsInput {
  pageSize: number;
  pageToken: string;
  /** Empty for all. */
  category: string;
}

/** Running auctions, soonest end first, optionally of one category. */
export async function listItems(
  views: AuctionViews,
  input: ListItemsInput,
): Promise<Outcome<Page<ItemView>, 'INVALID_PAGE_TOKEN' | 'INVALID_FIELD'>> {
  const problems: FieldProblems = {};
  const category = readCategory(input.category, problems);
  const invalid = invalidFields(problems);
  if (invalid) return invalid;
  const query = ['ListItems', category];
  const position = input.pageToken === '' ? undefined : decodePageToken(input.pageToken, query);
  const after = position && readTimePosition(position);
  if (input.pageToken !== '' && !after) return invalidPageToken();
  const size = pageSize(input.pageSize);
  const rows = await views.running({
    category: category === '' ? undefined : category,
    after: after && { endAt: after.time, id: after.id },
    limit: size + 1,
  });
  const page = toPage(rows, size, query, ({ auction }) => [auction.endAt.toISOString(), auction.id]);
  return { ok: true, value: page };
}
