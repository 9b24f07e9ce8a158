import type { TraceCarrier } from '@gavel/observability/tracing';
import { append } from '@gavel/outbox/append';
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
import { writeBids } from './write-bids.ts';

/** A bid to place, and the trace of its request. */
export interface TracedBid extends BidRequest {
  readonly trace: TraceCarrier;
}

type Results = readonly (BidResult | undefined)[];

/**
 * Places bids on one auction in their order, under one lock, at one time of the database's clock, with one write. Waits for the
 * lock. Throws KeyTakenError, with nothing written, when another transaction has answered one of the keys in the meantime.
 */
export async function placeBidsOnOne(
  tx: Transaction,
  itemId: string,
  bids: readonly TracedBid[],
  decideBatch: DecideBatch,
): Promise<Results> {
  const { locked, remembered } = await lockAuction(tx, itemId, keysOf(bids));
  const decision = decideBatch(bids, new Map([[itemId, locked]]), remembered);
  await write(tx, decision);
  const late = keysOf(bids.filter((_, i) => decision.results[i]?.kind === 'rejected'));
  if (late.length === 0) return decision.results;
  return withLateAnswers(bids, decision.results, await findRememberedBids(tx, late));
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

async function write(tx: Transaction, { changes, accepted }: BatchDecision<TracedBid>): Promise<void> {
  await writeBids(tx, changes, accepted);
  // Each event continues the trace of its own request.
  await append(
    tx,
    accepted.flatMap(({ bid, steps }) => toNewEvents(steps, bid.trace)),
  );
}
