import type { Outcome } from '@gavel/service-runtime/failure';
import type { RejectionReason } from '../domain/auction/decide.ts';
import type { ItemView } from './auction-views.ts';
import type { Auctions, DecideLocked } from './auctions.ts';
import { toFailure } from './rejection-to-failure.ts';

/** Runs a decision that answers with the item as it is afterwards. */
export async function changeItem<R extends RejectionReason>(
  auctions: Auctions,
  itemId: string,
  decideLocked: DecideLocked<R>,
): Promise<Outcome<ItemView, R>> {
  const change = await auctions.change(itemId, decideLocked);
  if (change.kind === 'accepted') return { ok: true, value: { auction: change.auction, asOf: change.now } };
  if (change.kind === 'rejected') return toFailure(change.rejection);
  throw new Error('a change without an idempotency key cannot be a repeat');
}
