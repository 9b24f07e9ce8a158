import { type FieldProblems, invalidFields, type Outcome } from '@gavel/service-runtime/failure';
import { v7 as uuidv7 } from 'uuid';
import type { PlaceBid, RejectionReasons } from '../domain/auction/commands.ts';
import { decide } from '../domain/auction/decide.ts';
import { stepsOf } from '../domain/auction/evolve.ts';
import type { BidAnswer, RememberedBid } from './decide-batch.ts';
import type { Auctions, ItemView } from './ports.ts';
import { readId, readText } from './read-fields.ts';
import { itemNotFound, toFailure, toItemOutcome } from './rejections.ts';

export interface PlaceBidInput {
  userId: string;
  itemId: string;
  /** Minor units of the item's currency; may be 0 with a maximum. */
  amount: bigint;
  /** Undefined for a plain bid of exactly `amount`. */
  maxAmount: bigint | undefined;
  /** Empty for none. */
  idempotencyKey: string;
}

type PlaceBidReason = RejectionReasons['PlaceBid'] | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_FIELD';

/**
 * Bids exactly `amount`, or up to a maximum. With an idempotency key, a repeat within 24 hours of an accepted bid gets the same
 * answer again, whatever has happened to the auction since. Rejected bids store nothing, so their repeat is decided again.
 */
export async function placeBid(
  { auctions }: { auctions: Pick<Auctions, 'placeBid'> },
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
  const result = await auctions.placeBid({ itemId, command, key: key === '' ? undefined : key });
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

/** Buys the item at its buy-now price, which ends its auction. A repeat by the buyer returns the item again. */
export async function buyNow(
  { auctions }: { auctions: Auctions },
  input: { userId: string; itemId: string },
): Promise<Outcome<ItemView, RejectionReasons['BuyNow']>> {
  const itemId = readId(input.itemId);
  if (itemId === undefined) return itemNotFound();
  const command = { type: 'BuyNow', userId: input.userId } as const;
  return toItemOutcome(
    await auctions.change(itemId, (auction, now) => stepsOf(auction, decide(auction, command, now))),
  );
}
