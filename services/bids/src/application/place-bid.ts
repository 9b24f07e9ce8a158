import type { Outcome } from '@gavel/service-runtime/failure';
import { v7 as uuidv7 } from 'uuid';
import type { Bid } from '../domain/auction/auction.ts';
import { decide, type RejectionReasons } from '../domain/auction/decide.ts';
import type { Auctions } from './auctions.ts';
import { type FieldProblems, invalidFields, readId, readText } from './read-fields.ts';
import { itemNotFound, toFailure } from './rejection-to-failure.ts';

export interface PlaceBidInput {
  userId: string;
  itemId: string;
  /** Minor units of the item's currency. */
  amount: bigint;
  /** Empty for none. */
  idempotencyKey: string;
}

type PlaceBidReason = RejectionReasons['PlaceBid'] | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_FIELD';

/**
 * Bids exactly `amount`. With an idempotency key, a repeat within 24 hours of an accepted bid gets that bid again,
 * whatever the auction has come to since; rejected attempts leave nothing behind, so their repeat is decided anew.
 */
export async function placeBid(
  auctions: Auctions,
  input: PlaceBidInput,
): Promise<Outcome<Bid, PlaceBidReason>> {
  const { userId, amount } = input;
  const problems: FieldProblems = {};
  const key = readText('idempotency_key', input.idempotencyKey, problems);
  const invalid = invalidFields(problems);
  if (invalid) return invalid;
  const itemId = readId(input.itemId);
  if (itemId === undefined) return itemNotFound();
  const bidId = uuidv7();
  const change = await auctions.change(
    itemId,
    (auction, now) => decide(auction, { type: 'PlaceBid', bidId, userId, amount }, now),
    key === '' ? undefined : { userId, key },
  );
  switch (change.kind) {
    case 'accepted':
      return { ok: true, value: { id: bidId, itemId, userId, amount, createdAt: change.now } };
    case 'rejected':
      return toFailure(change.rejection);
    case 'repeated':
      return change.bid.itemId === itemId && change.bid.amount === amount
        ? { ok: true, value: change.bid }
        : {
            ok: false,
            reason: 'IDEMPOTENCY_KEY_REUSED',
            message: 'the idempotency key was used for another bid in the last 24 hours',
          };
  }
}
