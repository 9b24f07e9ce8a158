import { append } from '@gavel/outbox/append';
import type { Transaction } from '@gavel/postgres/transaction';
import type { BidRequest, BidResult, RememberedBid } from '../../application/auctions.ts';
import { toBidAnswer } from '../../domain/auction/bid-answer.ts';
import { evolveAll, type Step } from '../../domain/auction/evolve.ts';
import { toNewEvents } from '../outbox/to-new-events.ts';
import { lockAuction } from './lock-auction.ts';
import { type BidKey, findRememberedBids, keyOf } from './remembered-bid.ts';
import { type AnsweredBid, writeBids } from './write-bids.ts';

/**
 * Decides bids on one auction in their order, under one lock, at one moment of the database's clock, with one write:
 * each its own result. Throws KeyTakenError, with nothing written, when a key was answered elsewhere meanwhile.
 */
export async function placeBids(
  tx: Transaction,
  itemId: string,
  requests: readonly BidRequest[],
): Promise<BidResult[]> {
  const { auction, now, remembered } = await lockAuction(tx, itemId, keysOf(requests));
  const known = new Map(remembered);
  const answers: AnsweredBid[] = [];
  const steps: Step[] = [];
  const results = requests.map((request): BidResult => {
    const name = nameOf(request);
    const earlier = name === undefined ? undefined : known.get(name);
    if (earlier) return { kind: 'repeated', remembered: earlier };
    const current = steps.at(-1)?.after ?? auction;
    const decision = request.decideLocked(current, now);
    if (!decision.ok) return { kind: 'rejected', rejection: decision.rejection };
    const taken = evolveAll(current, decision.events);
    steps.push(...taken);
    const { command, key } = request;
    const answer = toBidAnswer(command, taken);
    if (name !== undefined && key !== undefined) {
      answers.push({ key, command, answer });
      known.set(name, { asked: command, answer });
    }
    return { kind: 'accepted', answer };
  });
  if (auction && steps.length > 0) {
    await writeBids(tx, auction.version, steps, answers);
    await append(tx, toNewEvents(steps));
  }
  return await withAnswersMeanwhile(tx, requests, results);
}

// The lock statement's snapshot is older than its lock: the first of two requests with one key may have been accepted
// while the second waited, and then it is that answer which is due, not "too low".
async function withAnswersMeanwhile(
  tx: Transaction,
  requests: readonly BidRequest[],
  results: BidResult[],
): Promise<BidResult[]> {
  const keys = keysOf(requests.filter((_, i) => results[i]?.kind === 'rejected'));
  if (keys.length === 0) return results;
  const found = await findRememberedBids(tx, keys);
  return results.map((result, i) => {
    const meanwhile = result.kind === 'rejected' ? rememberedFor(requests[i], found) : undefined;
    return meanwhile ? { kind: 'repeated', remembered: meanwhile } : result;
  });
}

function rememberedFor(
  request: BidRequest | undefined,
  found: ReadonlyMap<string, RememberedBid>,
): RememberedBid | undefined {
  const name = request && nameOf(request);
  return name === undefined ? undefined : found.get(name);
}

function keysOf(requests: readonly BidRequest[]): BidKey[] {
  const keys = new Map<string, BidKey>();
  for (const { command, key } of requests) {
    if (key !== undefined) keys.set(keyOf(command.userId, key), { userId: command.userId, key });
  }
  return [...keys.values()];
}

function nameOf({ command, key }: BidRequest): string | undefined {
  return key === undefined ? undefined : keyOf(command.userId, key);
}
