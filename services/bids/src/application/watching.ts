import type { Outcome } from '@gavel/service-runtime/failure';
import { type Page, type PageInput, readPage, readTimePosition } from '@gavel/service-runtime/page';
import type { ItemView, WatchLists } from './ports.ts';
import { readId } from './read-fields.ts';
import { itemNotFound } from './rejections.ts';

/** The largest number of items on a watch list. The table has the same limit. */
export const LONGEST_WATCH_LIST = 1000;

interface Ports {
  readonly watchLists: WatchLists;
}

/** Puts an item on the caller's watch list. An item that is already there stays there. */
export async function watchItem(
  { watchLists }: Ports,
  input: { userId: string; itemId: string },
): Promise<Outcome<void, 'ITEM_NOT_FOUND' | 'WATCH_LIST_FULL'>> {
  const itemId = readId(input.itemId);
  const outcome =
    itemId === undefined ? 'no-item' : await watchLists.add(input.userId, itemId, LONGEST_WATCH_LIST);
  if (outcome === 'no-item') return itemNotFound();
  if (outcome === 'watched') return { ok: true, value: undefined };
  const message = `a watch list holds at most ${LONGEST_WATCH_LIST} items`;
  return { ok: false, reason: 'WATCH_LIST_FULL', message, metadata: { limit: String(LONGEST_WATCH_LIST) } };
}

/** Removes an item from the caller's watch list, if it is there. */
export async function unwatchItem(
  { watchLists }: Ports,
  input: { userId: string; itemId: string },
): Promise<Outcome<void, 'ITEM_NOT_FOUND'>> {
  const itemId = readId(input.itemId);
  const outcome = itemId === undefined ? 'no-item' : await watchLists.remove(input.userId, itemId);
  return outcome === 'no-item' ? itemNotFound() : { ok: true, value: undefined };
}

/** The caller's watched items with any status, latest watched first. */
export async function listWatchedItems(
  { watchLists }: Ports,
  input: PageInput & { userId: string },
): Promise<Outcome<Page<ItemView>, 'INVALID_PAGE_TOKEN'>> {
  const { userId } = input;
  const page = await readPage(
    {
      query: ['ListWatchedItems', userId],
      readPosition: readTimePosition,
      readRows: (after, limit) => watchLists.page({ userId, after, limit }),
      positionOf: ({ view, watchedAt }) => [watchedAt.toISOString(), view.auction.id],
    },
    input,
  );
  if (!page.ok) return page;
  return { ok: true, value: { ...page.value, items: page.value.items.map(({ view }) => view) } };
}
