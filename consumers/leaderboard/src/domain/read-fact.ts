import type { BoardFact } from './fold-events.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The fields of a BidPlaced or ProxyBidPlaced that boards are made of. */
export interface BidFields {
  readonly itemId: string;
  readonly userId: string;
  readonly amount: bigint;
  readonly timestamp: string;
}

/** The fields of an AuctionClosed that boards are made of. */
export interface ClosedFields {
  readonly itemId: string;
  readonly sellerId: string;
  readonly closedAt: string;
}

/** A fact, or what makes the event one that can never be counted. */
export type ReadFact = { ok: true; fact: BoardFact } | { ok: false; problem: string };

/** Checks what a foreign producer may have got wrong. `sequence` is the envelope's. */
export function readBid({ itemId, userId, amount, timestamp }: BidFields, sequence: bigint): ReadFact {
  const placedAt = new Date(timestamp);
  if (!UUID.test(itemId)) return { ok: false, problem: 'item_id is not a UUID' };
  if (!UUID.test(userId)) return { ok: false, problem: 'user_id is not a UUID' };
  if (amount <= 0n) return { ok: false, problem: 'amount is not above zero' };
  if (Number.isNaN(placedAt.getTime())) return { ok: false, problem: 'timestamp is not a date' };
  const ids = { itemId: itemId.toLowerCase(), userId: userId.toLowerCase() };
  return { ok: true, fact: { kind: 'bid', ...ids, amount, sequence, placedAt } };
}

/** As above, for an auction's end. */
export function readClosed(fields: ClosedFields, wasSold: boolean): ReadFact {
  const closedAt = new Date(fields.closedAt);
  if (!UUID.test(fields.itemId)) return { ok: false, problem: 'item_id is not a UUID' };
  if (wasSold && !UUID.test(fields.sellerId)) return { ok: false, problem: 'seller_id is not a UUID' };
  if (Number.isNaN(closedAt.getTime())) return { ok: false, problem: 'closed_at is not a date' };
  const soldBy = wasSold ? fields.sellerId.toLowerCase() : undefined;
  return { ok: true, fact: { kind: 'closed', itemId: fields.itemId.toLowerCase(), soldBy, closedAt } };
}
