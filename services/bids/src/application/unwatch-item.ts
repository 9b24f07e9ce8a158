import type { Outcome } from '@gavel/service-runtime/failure';
import { readId } from './read-fields.ts';
import { itemNotFound } from './rejection-to-failure.ts';
import type { WatchLists } from './watch-lists.ts';

/** Takes an item off the caller's watch list, if it is on it. */
export async function unwatchItem(
  watchLists: WatchLists,
  input: { userId: string; itemId: string },
): Promise<Outcome<void, 'ITEM_NOT_FOUND'>> {
  const itemId = readId(input.itemId);
  const outcome = itemId === undefined ? 'no-item' : await watchLists.remove(input.userId, itemId);
  return outcome === 'no-item' ? itemNotFound() : { ok: true, value: undefined };
}
