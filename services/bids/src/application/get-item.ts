import type { Outcome } from '@gavel/service-runtime/failure';
import type { AuctionViews, ItemView } from './auction-views.ts';
import { readId } from './read-fields.ts';
import { itemNotFound } from './rejection-to-failure.ts';

/** One item as it stands now. */
export async function getItem(views: AuctionViews, id: string): Promise<Outcome<ItemView, 'ITEM_NOT_FOUND'>> {
  const itemId = readId(id);
  const view = itemId === undefined ? undefined : await views.find(itemId);
  return view ? { ok: true, value: view } : itemNotFound();
}
