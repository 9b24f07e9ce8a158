import type { Failure, Outcome } from '@gavel/service-runtime/failure';
import type { Rejection, RejectionReason } from '../domain/auction/commands.ts';
import type { Change, ItemView } from './ports.ts';

const messages: Record<RejectionReason, string> = {
  ITEM_NOT_FOUND: 'there is no such item',
  NOT_ITEM_OWNER: 'only the item’s seller may do this',
  ITEM_HAS_BIDS: 'the item has bids, so it can no longer be changed',
  AUCTION_ENDED: 'the auction has ended',
  AUCTION_CANCELLED: 'the auction was cancelled by its seller',
  AUCTION_NOT_STARTED: 'the auction has not started yet',
  AUCTION_NOT_ENDED: 'the auction is not over yet',
  BID_TOO_LOW: 'the bid is below the smallest amount that is accepted now',
  MAXIMUM_NOT_RAISED: 'the maximum is not above your current one',
  ALREADY_LEADING: 'you have the highest bid; send max_amount to raise your maximum',
  BUY_NOW_REACHED: 'the bid or the next step reaches the buy-now price; buy the item instead',
  SELLER_MAY_NOT_BID: 'sellers may not bid on or buy their own items',
  BUY_NOW_UNAVAILABLE: 'the item has no buy-now price, or a bid has reached it or the reserve price',
  ITEM_SOLD: 'the item is sold',
  ALREADY_RELISTED: 'the item was already relisted',
  START_TOO_LATE: 'starts_at must be within 90 days',
  END_TOO_SOON: 'end_at must be at least one second ahead, and after the start',
  END_TOO_LATE: 'end_at must be within 90 days of the start',
  HARD_END_BEFORE_END: 'hard_end_at must not be before end_at',
  HARD_END_TOO_LATE: 'hard_end_at must be within 7 days of end_at',
  RESERVE_BELOW_START: 'reserve_price must not be below start_price',
  BUY_NOW_BELOW_START: 'buy_now_price must be above start_price',
  BUY_NOW_BELOW_RESERVE: 'buy_now_price must not be below reserve_price',
  UNKNOWN_CURRENCY: 'currency must be an ISO 4217 code that is in use',
};

/** The failure that the caller sees for a rejection. The metadata name the amount that the caller must know. */
export function toFailure<R extends RejectionReason>(rejection: Rejection<R>): Failure<R> {
  const failure = { ok: false, reason: rejection.reason, message: messages[rejection.reason] } as const;
  const { minimum, ownMaximum, buyNowPrice } = rejection;
  const named = { minimum_next_bid: minimum, own_maximum: ownMaximum, buy_now_price: buyNowPrice };
  const found = Object.entries(named).find(([, money]) => money !== undefined);
  if (!found?.[1]) return failure;
  const [name, { amount, currency }] = found;
  return { ...failure, metadata: { [name]: String(amount), currency } };
}

/** The failure for an unknown item, and for an id that is malformed. */
export function itemNotFound(): Failure<'ITEM_NOT_FOUND'> {
  return toFailure({ reason: 'ITEM_NOT_FOUND' });
}

/** The item after a change, or the failure for its rejection. */
export function toItemOutcome<R extends RejectionReason>(change: Change<R>): Outcome<ItemView, R> {
  return change.kind === 'accepted'
    ? { ok: true, value: { auction: change.auction, asOf: change.now } }
    : toFailure(change.rejection);
}
