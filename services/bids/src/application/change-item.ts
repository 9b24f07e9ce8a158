import type { Outcome } from '@gavel/service-runtime/failure';
import type { RejectionReason } from '../domain/auction/decision.ts';
import type { ItemView } from './auction-views.ts';
import type { Auctions, Change, DecideLocked } from './auctions.ts';
import { toFailure } from './rejection-to-failure.ts';

/** Runs a decision that answers with the item as it is afterwards. */
export async function changeItem<R extends RejectionReason>(
  auctions: Auctions,
  itemId: string,
  decideLocked: DecideLocked<R>,
): Promise<Outcome<ItemView, R>> {
  return toItemOutcome(await auctions.change(itemId, decideLocked));
}

/** The item as a change left it, or the failure that its rejection is. */
export function toItemOutcome<R extends RejectionReason>(change: Change<R>): Outcome<ItemView, R> {
  return change.kind === 'accepted'
    ? { ok: true, value: { auction: change.auction, asOf: change.now } }
    : toFailure(change.rejection);
}
