import type { Outcome } from '@gavel/service-runtime/failure';
import type { ItemView } from './auction-views.ts';
import { decodePageToken, invalidPageToken, type Page, pageSize, toPage } from './page.ts';
import { readTimePosition } from './read-time-position.ts';
import type { WatchLists } from './watch-lists.ts';

/** The caller's watched items, latest watched first, whatever their status. */
export async function listWatchedItems(
  watchLists: WatchLists,
  input: { userId: string; pageSize: number; pageToken: string },
): Promise<Outcome<Page<ItemView>, 'INVALID_PAGE_TOKEN'>> {
  const { userId } = input;
  const query = ['ListWatchedItems', userId];
  const position = input.pageToken === '' ? undefined : decodePageToken(input.pageToken, query);
  const after = position && readTimePosition(position);
  if (input.pageToken !== '' && !after) return invalidPageToken();
  const size = pageSize(input.pageSize);
  const rows = await watchLists.page({
    userId,
    after: after && { watchedAt: after.time, id: after.id },
    limit: size + 1,
  });
  const page = toPage(rows, size, query, ({ view, watchedAt }) => [watchedAt.toISOString(), view.auction.id]);
  return { ok: true, value: { ...page, items: page.items.map(({ view }) => view) } };
}
