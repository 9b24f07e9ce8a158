import type { TraceCarrier } from '@gavel/observability/tracing';
import { append, type NewEvent } from '@gavel/outbox/append';
import type { Transaction } from '@gavel/postgres/transaction';
import type { BidRequest, BidResult, RememberedBid } from '../../application/auctions.ts';
import type { Auction } from '../../domain/auction/auction.ts';
import { toBidAnswer } from '../../domain/auction/bid-answer.ts';
import { evolveAll, type Step } from '../../domain/auction/evolve.ts';
import { toNewEvents } from '../outbox/to-new-events.ts';
import { lockAuction, lockFreeAuctions } from './lock-auction.ts';
import { type BidKey, findRememberedBids, keyOf } from './remembered-bid.ts';
import { type AnsweredBid, type AuctionChange, writeBids } from './write-bids.ts';

/** A bid to place, and the trace of its request. */
export interface TracedBid extends BidRequest {
  readonly trace: TraceCarrier;
}

/**
 * Decides bids on one auction in their order, under one lock, at one moment of the database's clock, with one write:
 * each its own result. Waits for whoever holds the auction. Throws KeyTakenError, with nothing written, when a key was
 * answered elsewhere meanwhile.
 */
export async function placeBidsOnOne(
  tx: Transaction,
  itemId: string,
  bids: readonly TracedBid[],
): Promise<BidResult[]> {
  const { auction, now, remembered } = await lockAuction(tx, itemId, keysOf(bids));
  const batch = startBatch(remembered);
  const results = decideInOrder(batch, bids, auction, now);
  await writeBatch(tx, batch);
  return await withAnswersMeanwhile(tx, bids, results);
}

/**
 * The same for bids on any auctions, in one transaction, as far as nobody holds them: undefined stands for a bid on an
 * auction that is held, or that is none. Waits for no auction.
 */
export async function placeBidsOnFree(
  tx: Transaction,
  bids: readonly TracedBid[],
): Promise<(BidResult | undefined)[]> {
  const byItem = Map.groupBy(bids, (bid) => bid.itemId);
  const locked = await lockFreeAuctions(tx, [...byItem.keys()]);
  const keys = keysOf(bids);
  // After the locks, so it sees the answers of whoever held them before.
  const batch = startBatch(keys.length === 0 ? new Map() : await findRememberedBids(tx, keys));
  const results = new Map<TracedBid, BidResult>();
  for (const [itemId, group] of byItem) {
    const held = locked.get(itemId);
    if (!held) continue;
    const decided = decideInOrder(batch, group, held.auction, held.now);
    for (const [i, bid] of group.entries()) results.set(bid, decided[i] as BidResult);
  }
  await writeBatch(tx, batch);
  return bids.map((bid) => results.get(bid));
}

/** What a transaction has decided so far. */
interface Batch {
  /** By `keyOf`; grows with the batch, so that a key counts from its first bid on. */
  readonly remembered: Map<string, RememberedBid>;
  readonly answers: AnsweredBid[];
  readonly changes: AuctionChange[];
  readonly events: NewEvent[];
}

function startBatch(remembered: ReadonlyMap<string, RememberedBid>): Batch {
  return { remembered: new Map(remembered), answers: [], changes: [], events: [] };
}

function decideInOrder(
  batch: Batch,
  bids: readonly TracedBid[],
  auction: Auction | undefined,
  now: Date,
): BidResult[] {
  const steps: Step[] = [];
  const results = bids.map((bid): BidResult => {
    const name = nameOf(bid);
    const earlier = name === undefined ? undefined : batch.remembered.get(name);
    if (earlier) return { kind: 'repeated', remembered: earlier };
    const current = steps.at(-1)?.after ?? auction;
    const decision = bid.decideLocked(current, now);
    if (!decision.ok) return { kind: 'rejected', rejection: decision.rejection };
    const taken = evolveAll(current, decision.events);
    steps.push(...taken);
    batch.events.push(...toNewEvents(taken).map((event) => ({ ...event, trace: bid.trace })));
    const { command, key } = bid;
    const answer = toBidAnswer(command, taken);
    if (name !== undefined && key !== undefined) {
      batch.answers.push({ key, command, answer, at: now });
      batch.remembered.set(name, { asked: command, answer });
    }
    return { kind: 'accepted', answer };
  });
  if (auction && steps.length > 0) batch.changes.push({ version: auction.version, steps });
  return results;
}

async function writeBatch(tx: Transaction, { changes, answers, events }: Batch): Promise<void> {
  await writeBids(tx, changes, answers);
  await append(tx, events);
}

// The lock statement's snapshot is older than its lock: the first of two requests with one key may have been accepted
// while the second waited, and then it is that answer which is due, not "too low".
async function withAnswersMeanwhile(
  tx: Transaction,
  bids: readonly TracedBid[],
  results: BidResult[],
): Promise<BidResult[]> {
  const keys = keysOf(bids.filter((_, i) => results[i]?.kind === 'rejected'));
  if (keys.length === 0) return results;
  const found = await findRememberedBids(tx, keys);
  return results.map((result, i) => {
    const name = result.kind === 'rejected' ? nameOf(bids[i] as TracedBid) : undefined;
    const meanwhile = name === undefined ? undefined : found.get(name);
    return meanwhile ? { kind: 'repeated', remembered: meanwhile } : result;
  });
}

function keysOf(bids: readonly BidRequest[]): BidKey[] {
  const keys = new Map<string, BidKey>();
  for (const { command, key } of bids) {
    if (key !== undefined) keys.set(keyOf(command.userId, key), { userId: command.userId, key });
  }
  return [...keys.values()];
}

function nameOf({ command, key }: BidRequest): string | undefined {
  return key === undefined ? undefined : keyOf(command.userId, key);
}
