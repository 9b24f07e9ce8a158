import type { Outcome } from '@gavel/service-runtime/failure';
import { v7 as uuidv7 } from 'uuid';
import type { BidAnswer } from '../domain/auction/bid-answer.ts';
import type { PlaceBid } from '../domain/auction/command.ts';
import { decide } from '../domain/auction/decide.ts';
import type { RejectionReasons } from '../domain/auction/decision.ts';
import type { Auctions, RememberedBid } from './auctions.ts';
import { type FieldProblems, invalidFields, readId, readText } from './read-fields.ts';
import { itemNotFound, toFailure } from './rejection-to-failure.ts';

export interface PlaceBidInput {
  userId: string;
  itemId: string;
  /** Minor units of the item's currency; with a maximum 0 will do. */
  amount: bigint;
  /** Undefined for a plain bid of exactly `amount`. */
  maxAmount: bigint | undefined;
  /** Empty for none. */
  idempotencyKey: string;
}

type PlaceBidReason = RejectionReasons['PlaceBid'] | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_FIELD';

/**
 * Bids exactly `amount`, or up to a maximum. With an idempotency key, a repeat within 24 hours of an accepted bid gets its
 * answer again, whatever the auction has come to since; rejected attempts leave nothing behind, so their repeat is decided
 * anew.
 */
export async function placeBid(
  auctions: Auctions,
  input: PlaceBidInput,
): Promise<Outcome<BidAnswer, PlaceBidReason>> {
  const { userId, amount, maxAmount: maximum } = input;
  const problems: FieldProblems = {};
  const key = readText('idempotency_key', input.idempotencyKey, problems);
  readAmounts(amount, maximum, problems);
  const invalid = invalidFields(problems);
  if (invalid) return invalid;
  const itemId = readId(input.itemId);
  if (itemId === undefined) return itemNotFound();
  const command: PlaceBid = {
    type: 'PlaceBid',
    bidId: uuidv7(),
    answerId: uuidv7(),
    userId,
    amount,
    maximum,
  };
  const result = await auctions.placeBid({
    itemId,
    command,
    decideLocked: (auction, now) => decide(auction, command, now),
    key: key === '' ? undefined : key,
  });
  switch (result.kind) {
    case 'accepted':
      return { ok: true, value: result.answer };
    case 'rejected':
      return toFailure(result.rejection);
    case 'repeated':
      return isSameBid(result.remembered, itemId, command)
        ? { ok: true, value: result.remembered.answer }
        : {
            ok: false,
            reason: 'IDEMPOTENCY_KEY_REUSED',
            message: 'the idempotency key was used for another bid in the last 24 hours',
          };
  }
}

function readAmounts(amount: bigint, maximum: bigint | undefined, problems: FieldProblems): void {
  if (maximum === undefined) {
    if (amount <= 0n) problems.amount = 'must be more than 0 without a maximum';
  } else if (amount > maximum) {
    problems.amount = 'must not be more than max_amount';
  }
}

function isSameBid({ asked, answer }: RememberedBid, itemId: string, { amount, maximum }: PlaceBid): boolean {
  return answer.bid.itemId === itemId && asked.amount === amount && asked.maximum === maximum;
}
