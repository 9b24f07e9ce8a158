import type { Bid } from './fold-bids.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The fields of a BidPlaced that statistics are made of. */
export interface BidFields {
  readonly userId: string;
  readonly amount: bigint;
  readonly timestamp: string;
}

/** A bid, or what makes the event one that can never be counted. */
export type ReadBid = { ok: true; bid: Bid } | { ok: false; problem: string };

/** Checks what a foreign producer may have got wrong in a message that is a BidPlaced by its form. */
export function readBid({ userId, amount, timestamp }: BidFields): ReadBid {
  const placedAt = new Date(timestamp);
  if (!UUID.test(userId)) return { ok: false, problem: 'user_id is not a UUID' };
  if (amount <= 0n) return { ok: false, problem: 'amount is not above zero' };
  if (Number.isNaN(placedAt.getTime())) return { ok: false, problem: 'timestamp is not a date' };
  return { ok: true, bid: { userId: userId.toLowerCase(), amount, placedAt } };
}
