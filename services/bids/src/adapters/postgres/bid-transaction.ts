import type { TraceCarrier } from '@gavel/observability/tracing';
import { appending } from '@gavel/outbox/append';
import type { Transaction } from '@gavel/postgres/transaction';
import {
  type BatchDecision,
  type BidRequest,
  type BidResult,
  type DecideBatch,
  withLateAnswers,
} from '../../application/decide-batch.ts';
import { toNewEvents } from '../outbox/to-new-events.ts';
import { lockAuction, lockFreeAuctions } from './lock-auctions.ts';
import { findRememberedBids, keysOf } from './remembered-bids.ts';
import { writingBids } from './write-bids.ts';

/** A bid to place, and the trace of its request. */
export interface TracedBid extends BidRequest {
  readonly trace: TraceCarrier;
}

type Results = readonly (BidResult | undefined)[];

/**
 * Places bids on one auction in their order, under one lock, at one time of the database's clock, with one write. Waits for the
 * lock. Fails, with `isKeyTaken` and nothing written, when another transaction has answered one of the keys in the meantime.
 */
export async function placeBidsOnOne(
  tx: Transaction,
  itemId: string,
  bids: readonly TracedBid[],
  decideBatch: DecideBatch,
): Promise<Results> {
  const { locked, remembered } = await lockAuction(tx, itemId, keysOf(bids));
  const decision = decideBatch(bids, new Map([[itemId, locked]]), remembered);
  const late = keysOf(bids.filter((_, i) => decision.results[i]?.kind === 'rejected'));
  const found = late.length === 0 ? undefined : await findRememberedBids(tx, late);
  await write(tx, decision);
  return found === undefined ? decision.results : withLateAnswers(bids, decision.results, found);
}

/**
 * Places bids on any auctions in one transaction. Waits for no lock: a bid on an auction that is locked, or that does not exist,
 * has the result undefined.
 */
export async function placeBidsOnFree(
  tx: Transaction,
  bids: readonly TracedBid[],
  decideBatch: DecideBatch,
): Promise<Results> {
  const locked = await lockFreeAuctions(tx, [...new Set(bids.map((bid) => bid.itemId))]);
  const keys = keysOf(bids);
  // Read after the locks, so it sees the answers of the transactions that held them before.
  const remembered = keys.length === 0 ? new Map() : await findRememberedBids(tx, keys);
  const decision = decideBatch(bids, locked, remembered);
  await write(tx, decision);
  return decision.results;
}

/** Writes and commits, in one round trip. */
async function write(tx: Transaction, { changes, accepted }: BatchDecision<TracedBid>): Promise<void> {
  if (changes.length === 0) return;
  // Each event continues the trace of its own request.
  const events = accepted.flatMap(({ bid, steps }) => toNewEvents(steps, bid.trace));
  await tx.commitWith([writingBids(changes, accepted), appending(tx, events)]);
}
