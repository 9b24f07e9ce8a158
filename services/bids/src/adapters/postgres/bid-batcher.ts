import { AsyncLocalStorage } from 'node:async_hooks';
import { attribute } from '@gavel/observability/attributes';
import { activeSpan, inject, withSpan } from '@gavel/observability/tracing';
import type { Pool } from '@gavel/postgres/pool';
import { classify, sqlState } from '@gavel/postgres/sqlstate';
import { transaction } from '@gavel/postgres/transaction';
import pLimit from 'p-limit';
import {
  type BidRequest,
  type BidResult,
  type DecideBatch,
  decideBatch as decideByRules,
} from '../../application/decide-batch.ts';
import { placeBidsOnFree, placeBidsOnOne, type TracedBid } from './bid-transaction.ts';
import { isKeyTaken } from './write-bids.ts';

/** Transactions that run at the same time. None of them waits for a lock, so they are short. */
const CONCURRENT_BATCHES = 3;
/** Most bids in a transaction. A larger one holds its locks longer and is not faster. */
const MAX_BIDS = 256;
/** Locked auctions that are waited for at the same time, each with a connection. The rest of the pool serves all others. */
const MAX_LOCK_WAITS = 8;
const LOCK_TIMEOUT = '55P03';
// Two round trips for a bid: BEGIN and the lock, then everything that is written and COMMIT.
const LOCKS_FIRST = { firstStatementReads: true };

/** A queued bid, and the caller who waits for its result. */
interface QueuedBid extends TracedBid {
  resolve(result: BidResult): void;
  reject(error: unknown): void;
  /** Runs work in the context of the bid's request. */
  inContext: <T>(work: () => T) => T;
}

interface Batching {
  readonly pool: Pool;
  readonly decideBatch: DecideBatch;
}

/**
 * Places bids in micro-batches. Bids that arrive while transactions are running are queued, and are then decided together:
 * one transaction, one lock per auction, one write, one flush, and each caller gets its own result. A bid that arrives alone is
 * placed at once. Bids on one auction are decided in the order of their arrival, one batch at a time; between processes the row
 * lock decides. A locked auction is waited for separately, so it delays only its own bidders. `decideBatch` is a parameter so
 * that tests can plant a bug. See decision-micro-batches.md.
 */
export function createBidBatcher(
  pool: Pool,
  decideBatch: DecideBatch = decideByRules,
): (request: BidRequest) => Promise<BidResult> {
  const batching: Batching = { pool, decideBatch };
  /** The queued bids by auction, in order of arrival. */
  const queued = new Map<string, QueuedBid[]>();
  /** Auctions with queued bids that are in no running transaction, longest waiting first. */
  const ready = new Set<string>();
  const inProgress = new Set<string>();
  const limitLockWaits = pLimit(MAX_LOCK_WAITS);
  let running = 0;
  let scheduled = false;

  // At the end of the event loop's turn: the answers of one batch wake many callers, so their next bids share a batch.
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      while (ready.size > 0 && running < CONCURRENT_BATCHES)
        void placeFree(take(Math.ceil(ready.size / (CONCURRENT_BATCHES - running))));
    });
  };

  const take = (auctions: number): QueuedBid[] => {
    const taken: QueuedBid[] = [];
    for (const itemId of ready) {
      if (auctions === 0 || taken.length >= MAX_BIDS) break;
      const bids = queued.get(itemId) ?? [];
      taken.push(...bids.splice(0, MAX_BIDS - taken.length));
      if (bids.length === 0) queued.delete(itemId);
      ready.delete(itemId);
      inProgress.add(itemId);
      auctions -= 1;
    }
    return taken;
  };

  const release = (itemId: string): void => {
    inProgress.delete(itemId);
    if (queued.has(itemId)) ready.add(itemId);
    schedule();
  };

  const placeFree = async (bids: QueuedBid[]): Promise<void> => {
    running += 1;
    const held = await tryFree(batching, bids);
    running -= 1;
    for (const itemId of new Set(bids.map((bid) => bid.itemId))) {
      const group = held.get(itemId);
      if (group) void limitLockWaits(placeOnOne, batching, itemId, group).then(() => release(itemId));
      else release(itemId);
    }
  };

  return (request) =>
    new Promise((resolve, reject) => {
      activeSpan()?.setAttribute(attribute.aggregateId, request.itemId);
      const bid = { ...request, trace: inject(), resolve, reject, inContext: AsyncLocalStorage.snapshot() };
      const bids = queued.get(request.itemId);
      if (bids) bids.push(bid);
      else queued.set(request.itemId, [bid]);
      if (!inProgress.has(request.itemId)) ready.add(request.itemId);
      schedule();
    });
}

/** Places the bids whose auctions are free. Resolves to the others, by auction, which have to be placed separately. */
async function tryFree(
  { pool, decideBatch }: Batching,
  bids: readonly QueuedBid[],
): Promise<Map<string, QueuedBid[]>> {
  try {
    const results = await inBatchSpan(bids, () =>
      transaction(pool, (tx) => placeBidsOnFree(tx, bids, decideBatch), LOCKS_FIRST),
    );
    const notPlaced = bids.filter((_, i) => results[i] === undefined);
    for (const [i, bid] of bids.entries()) {
      const result = results[i];
      if (result) bid.resolve(result);
    }
    return Map.groupBy(notPlaced, (bid) => bid.itemId);
  } catch (error) {
    if (canRetry(error)) return Map.groupBy(bids, (bid) => bid.itemId);
    for (const bid of bids) bid.reject(error);
    return new Map();
  }
}

/** Places bids on one auction and waits for its lock. If the transaction fails, places them one by one. */
async function placeOnOne(batching: Batching, itemId: string, bids: readonly QueuedBid[]): Promise<void> {
  const { pool, decideBatch } = batching;
  try {
    const results = await inBatchSpan(bids, () =>
      transaction(pool, (tx) => placeBidsOnOne(tx, itemId, bids, decideBatch), LOCKS_FIRST),
    );
    for (const [i, bid] of bids.entries()) bid.resolve(results[i] as BidResult);
  } catch (error) {
    // A key that another transaction has just answered is found by a second attempt, also for a single bid.
    const again = canRetry(error) && (bids.length > 1 || isKeyTaken(error));
    for (const bid of bids) {
      if (again) await placeAlone(batching, bid);
      else bid.reject(error);
    }
  }
}

async function placeAlone({ pool, decideBatch }: Batching, bid: QueuedBid): Promise<void> {
  const attempt = () =>
    bid.inContext(() =>
      transaction(pool, (tx) => placeBidsOnOne(tx, bid.itemId, [bid], decideBatch), LOCKS_FIRST),
    );
  try {
    const [result] = await attempt().catch((error: unknown) => {
      if (isKeyTaken(error)) return attempt();
      throw error;
    });
    bid.resolve(result as BidResult);
  } catch (error) {
    bid.reject(error);
  }
}

/**
 * Whether a failed transaction has certainly stored nothing and a retry may succeed: the server reported an error, or our code
 * threw before COMMIT. After a lost connection the COMMIT may have succeeded. A lock timeout is not waited for twice.
 */
function canRetry(error: unknown): boolean {
  const kind = classify(error);
  return kind !== 'connection' && kind !== 'environment' && sqlState(error) !== LOCK_TIMEOUT;
}

/** The statements of a single bid belong to its request's trace. A batch has its own span, linked to all of its requests. */
function inBatchSpan<T>(bids: readonly QueuedBid[], work: () => Promise<T>): Promise<T> {
  const [first] = bids;
  if (first && bids.length === 1) return first.inContext(work);
  const attributes = { [attribute.batchMessageCount]: bids.length };
  const links = bids.map((bid) => bid.trace);
  return withSpan('decide bids', { scope: 'gavel.bids', root: true, links, attributes }, work);
}
