import { AsyncLocalStorage } from 'node:async_hooks';
import { attribute } from '@gavel/observability/attributes';
import { inject, withSpan } from '@gavel/observability/tracing';
import type { Pool } from '@gavel/postgres/pool';
import { classify, sqlState } from '@gavel/postgres/sqlstate';
import { transaction } from '@gavel/postgres/transaction';
import pLimit from 'p-limit';
import type { BidRequest, BidResult } from '../../application/auctions.ts';
import { placeBidsOnFree, placeBidsOnOne, type TracedBid } from './place-bids.ts';
import { KeyTakenError } from './write-bids.ts';

/** Transactions that decide bids at one time. None of them waits for an auction, so they are short. */
const AT_A_TIME = 3;
/** Bids of one transaction. A larger one holds its auctions longer and gains nothing. */
const MOST_BIDS = 256;
/** Held auctions that are waited for at one time, each with a connection; the rest of the pool is for all others. */
const MOST_WAITED_FOR = 8;
const LOCK_TIMEOUT = '55P03';

/** A bid that came, and the caller who waits for its result. */
interface Waiting extends TracedBid {
  settle(result: BidResult): void;
  fail(error: unknown): void;
  /** Runs work in the context of the bid's request. */
  inContext: <T>(work: () => T) => T;
}

/**
 * Decides bids in micro-batches. Whatever comes while transactions are under way waits, and is then decided together: one
 * transaction, one lock an auction, one write, one flush, each caller its own answer. A bid that comes alone is decided at
 * once. Bids on one auction are decided in the order in which they came, one batch at a time; between processes its row
 * lock decides. An auction that somebody else holds is waited for apart, so it holds up nobody but its own bidders.
 */
export function createBidDesk(pool: Pool): (request: BidRequest) => Promise<BidResult> {
  /** By auction, in order of arrival. */
  const waiting = new Map<string, Waiting[]>();
  /** Auctions with waiting bids that no transaction has in hand, longest waiting first. */
  const ready = new Set<string>();
  const inHand = new Set<string>();
  const waitInTurn = pLimit(MOST_WAITED_FOR);
  let running = 0;
  let scheduled = false;

  // At the end of the turn: answers of one batch wake many callers, whose next bids then go together.
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      while (ready.size > 0 && running < AT_A_TIME)
        void decide(take(Math.ceil(ready.size / (AT_A_TIME - running))));
    });
  };

  const take = (auctions: number): Waiting[] => {
    const taken: Waiting[] = [];
    for (const itemId of ready) {
      if (auctions === 0 || taken.length >= MOST_BIDS) break;
      const bids = waiting.get(itemId) ?? [];
      taken.push(...bids.splice(0, MOST_BIDS - taken.length));
      if (bids.length === 0) waiting.delete(itemId);
      ready.delete(itemId);
      inHand.add(itemId);
      auctions -= 1;
    }
    return taken;
  };

  const release = (itemId: string): void => {
    inHand.delete(itemId);
    if (waiting.has(itemId)) ready.add(itemId);
    schedule();
  };

  const decide = async (bids: Waiting[]): Promise<void> => {
    running += 1;
    const held = await decideFree(pool, bids);
    running -= 1;
    for (const itemId of new Set(bids.map((bid) => bid.itemId))) {
      const group = held.get(itemId);
      if (group) void waitInTurn(decideHeld, pool, itemId, group).then(() => release(itemId));
      else release(itemId);
    }
  };

  return (request) =>
    new Promise((settle, fail) => {
      const bid = { ...request, trace: inject(), settle, fail, inContext: AsyncLocalStorage.snapshot() };
      const bids = waiting.get(request.itemId);
      if (bids) bids.push(bid);
      else waiting.set(request.itemId, [bid]);
      if (!inHand.has(request.itemId)) ready.add(request.itemId);
      schedule();
    });
}

/** Settles the bids whose auctions nobody holds. Resolves to the others, by auction, which are to be decided apart. */
async function decideFree(pool: Pool, bids: readonly Waiting[]): Promise<Map<string, Waiting[]>> {
  try {
    const results = await inBatchSpan(bids, () => transaction(pool, (tx) => placeBidsOnFree(tx, bids)));
    const held = bids.filter((_, i) => results[i] === undefined);
    for (const [i, bid] of bids.entries()) {
      const result = results[i];
      if (result) bid.settle(result);
    }
    return Map.groupBy(held, (bid) => bid.itemId);
  } catch (error) {
    if (isUndone(error)) return Map.groupBy(bids, (bid) => bid.itemId);
    for (const bid of bids) bid.fail(error);
    return new Map();
  }
}

/** Settles bids on one auction, waiting for whoever holds it; one by one when one of them spoils it for all. */
async function decideHeld(pool: Pool, itemId: string, bids: readonly Waiting[]): Promise<void> {
  try {
    const results = await inBatchSpan(bids, () =>
      transaction(pool, (tx) => placeBidsOnOne(tx, itemId, bids)),
    );
    for (const [i, bid] of bids.entries()) bid.settle(results[i] as BidResult);
  } catch (error) {
    // A key that another transaction has answered meanwhile is found at the second attempt, by a lone bid too.
    const again = isUndone(error) && (bids.length > 1 || error instanceof KeyTakenError);
    for (const bid of bids) {
      if (again) await decideAlone(pool, bid);
      else bid.fail(error);
    }
  }
}

async function decideAlone(pool: Pool, bid: Waiting): Promise<void> {
  const attempt = (): Promise<BidResult[]> =>
    bid.inContext(() => transaction(pool, (tx) => placeBidsOnOne(tx, bid.itemId, [bid])));
  try {
    const [result] = await attempt().catch((error: unknown) => {
      if (error instanceof KeyTakenError) return attempt();
      throw error;
    });
    bid.settle(result as BidResult);
  } catch (error) {
    bid.fail(error);
  }
}

/**
 * Whether nothing of a failed transaction was stored and another try makes sense: an error that the server told, or ours
 * before COMMIT. A lost connection may have lost just the answer to COMMIT; whoever holds an auction for longer than a
 * lock may take is not waited for twice.
 */
function isUndone(error: unknown): boolean {
  const kind = classify(error);
  return kind !== 'connection' && kind !== 'environment' && sqlState(error) !== LOCK_TIMEOUT;
}

/** A lone bid's statements belong to its request's trace; a batch has a span of its own, linked to all of them. */
function inBatchSpan<T>(bids: readonly Waiting[], work: () => Promise<T>): Promise<T> {
  const [first] = bids;
  if (first && bids.length === 1) return first.inContext(work);
  const attributes = { [attribute.batchMessageCount]: bids.length };
  const links = bids.map((bid) => bid.trace);
  return withSpan('decide bids', { scope: 'gavel.bids', root: true, links, attributes }, work);
}
