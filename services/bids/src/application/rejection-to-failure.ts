import type { Failure } from '@gavel/service-runtime/failure';
import type { Rejection, RejectionReason } from '../domain/auction/decide.ts';

const messages: Record<RejectionReason, string> = {
  ITEM_NOT_FOUND: 'there is no such item',
  NOT_ITEM_OWNER: 'only the item’s seller may do this',
  ITEM_HAS_BIDS: 'the item has bids; bidders rely on it as it is',
  AUCTION_ENDED: 'the auction has ended',
  AUCTION_CANCELLED: 'the auction was cancelled by its seller',
  BID_TOO_LOW: 'the bid is below the smallest amount that is accepted now',
  SELLER_MAY_NOT_BID: 'sellers may not bid on their own items',
  END_TOO_SOON: 'end_at must be at least one second ahead',
  END_TOO_LATE: 'end_at must be within 90 days',
};

/** The failure that a caller sees for the domain's refusal. BID_TOO_LOW says what would have been enough. */
export function toFailure<R extends RejectionReason>(rejection: Rejection<R>): Failure<R> {
  const failure = { ok: false, reason: rejection.reason, message: messages[rejection.reason] } as const;
  if (!rejection.minimum) return failure;
  const { amount, currency } = rejection.minimum;
  return { ...failure, metadata: { minimum_next_bid: String(amount), currency } };
}

/** The answer for an item that is not there. A malformed id names no item either. */
export function itemNotFound(): Failure<'ITEM_NOT_FOUND'> {
  return toFailure({ reason: 'ITEM_NOT_FOUND' });
}
