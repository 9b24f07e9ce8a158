import type { Failure, Outcome } from '@gavel/service-runtime/failure';
import { readId } from './read-fields.ts';
import { itemNotFound } from './rejection-to-failure.ts';
import type { WatchLists } from './watch-lists.ts';

/** The most items that one watch list holds. The table says it too. */
export const LONGEST_WATCH_LIST = 1000;

/** Puts an item on the caller's watch list; what is on it stays on it. */
export async function watchItem(
  watchLists: WatchLists,
  input: { userId: string; itemId: string },
): Promise<Outcome<void, 'ITEM_NOT_FOUND' | 'WATCH_LIST_FULL'>> {
  const itemId = readId(input.itemId);
  if (itemId === undefined) return itemNotFound();
  const outcome = await watchLists.add(input.userId, itemId, LONGEST_WATCH_LIST);
  if (outcome === 'no-item') return itemNotFound();
  return outcome === 'full' ? watchListFull() : { ok: true, value: undefined };
}

function watchListFull(): Failure<'WATCH_LIST_FULL'> {
  const message = `a watch list holds at most ${LONGEST_WATCH_LIST} items`;
  return { ok: false, reason: 'WATCH_LIST_FULL', message, metadata: { limit: String(LONGEST_WATCH_LIST) } };
}
