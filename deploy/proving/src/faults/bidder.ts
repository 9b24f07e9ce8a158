import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import { callConnect } from '../system/call-connect.ts';
import type { Answer, Attempt } from './history.ts';
import type { Random } from './random.ts';

export interface Account {
  readonly userId: string;
  readonly token: string;
}

export interface BidderOptions {
  readonly bidsUrl: string;
  readonly account: Account;
  readonly items: readonly string[];
  readonly random: Random;
  /** Longest pause between two bids. */
  readonly pauseMs: number;
  /** Aborted when the bidder must not start another bid. */
  readonly stopBidding: AbortSignal;
  /** Aborted when the bidder must stop waiting for answers. */
  readonly giveUp: AbortSignal;
}

/** The field rules of PlaceBid refuse more. */
const LARGEST_BID = 1_000_000_000_000n;
/** After this long without an answer the same request is sent again. */
export const TRY_TIMEOUT_MS = 4_000;
// Failures that do not say whether the bid was accepted, so the bidder tries the same key again.
const inconclusive = new Set([
  '',
  'internal',
  'unavailable',
  'unknown',
  'deadline_exceeded',
  'canceled',
  'aborted',
]);

/**
 * One person who keeps bidding until stopped, mostly on the first item (the hot one). Each request is retried with the same
 * idempotency key until it is answered. No amount is used twice.
 */
export async function bidUntilStopped(options: BidderOptions): Promise<Attempt[]> {
  const { random, stopBidding, pauseMs } = options;
  const attempts: Attempt[] = [];
  const minimums = new Map(options.items.map((item) => [item, 100n]));
  const open = new Set(options.items);
  let itemId = chooseItem([...open], random);
  while (!stopBidding.aborted && open.size > 0) {
    // Some steps above the minimum, so that several concurrent bids can be accepted, not only the first.
    const least = minimums.get(itemId) ?? 100n;
    const wanted = least + (least / 40n + 1n) * BigInt(random.between(0, 2));
    const amount = wanted < LARGEST_BID ? wanted : LARGEST_BID;
    const { attempt, minimum } = await placeBid(options, itemId, amount);
    attempts.push(attempt);
    const above = amount + 1n;
    minimums.set(itemId, minimum !== undefined && minimum > above ? minimum : above);
    const tooLow = attempt.answer.kind === 'refused' && attempt.answer.reason === 'BID_TOO_LOW';
    // An item takes some hundred bids until nobody can bid more. Then the next one of the list is the hot one.
    if (minimum === 0n || (tooLow && minimum === undefined) || above > LARGEST_BID) open.delete(itemId);
    // The refusal says which amount is enough: bid it at once, before another bidder does.
    else if (tooLow) continue;
    if (attempt.answer.kind === 'refused' && attempt.answer.reason === 'AUCTION_ENDED') open.delete(itemId);
    itemId = chooseItem([...open], random);
    await delay(random.between(0, pauseMs));
  }
  return attempts;
}

function chooseItem(items: readonly string[], random: Random): string {
  return random.next() < 0.5 ? (items[0] ?? '') : random.pick(items);
}

/** One bid, retried with the same key until answered or given up, and the minimum of the next bid if the answer contains it. */
export async function placeBid(
  { bidsUrl, account, giveUp }: Pick<BidderOptions, 'bidsUrl' | 'account' | 'giveUp'>,
  itemId: string,
  amount: bigint,
): Promise<{ attempt: Attempt; minimum?: bigint }> {
  const key = uuid();
  const sentAt = performance.now();
  let tries = 0;
  const finish = (answer: Answer, minimum?: bigint) => ({
    attempt: { key, userId: account.userId, itemId, amount, sentAt, tries, answer },
    ...(minimum === undefined ? {} : { minimum }),
  });
  while (!giveUp.aborted) {
    tries += 1;
    const answer = await tryOnce(bidsUrl, account.token, {
      itemId,
      amount: amount.toString(),
      idempotencyKey: key,
    });
    if (answer?.ok) {
      const { bid, minimumNextBid } = answer.body as { bid: { id: string }; minimumNextBid: string };
      return finish({ kind: 'acknowledged', bidId: bid.id, at: performance.now() }, BigInt(minimumNextBid));
    }
    if (answer !== undefined && !inconclusive.has(answer.code)) {
      const minimum = answer.metadata.minimum_next_bid;
      return finish(
        { kind: 'refused', reason: answer.reason || answer.code },
        minimum === undefined ? undefined : BigInt(minimum),
      );
    }
    await delay(Math.min(50 * 2 ** tries, 500));
  }
  return finish({ kind: 'unanswered' });
}

/** The answer, or undefined when none arrived: connection refused or reset, or timeout. */
async function tryOnce(bidsUrl: string, token: string, request: object) {
  try {
    return await callConnect(bidsUrl, 'bids.v1.BidService/PlaceBid', request, {
      token,
      timeoutMs: TRY_TIMEOUT_MS,
    });
  } catch (error) {
    // fetch reports a lost answer as a TypeError, a timeout as a DOMException, and incomplete JSON as a SyntaxError.
    if (error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError)
      return undefined;
    throw error;
  }
}
