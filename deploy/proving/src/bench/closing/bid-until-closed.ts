import { setTimeout as delay } from 'node:timers/promises';
import { callConnect } from '../../system/call-connect.ts';
import type { SignedIn } from '../../system/sign-up.ts';
import { percentiles } from '../percentiles.ts';

const FIRST_AMOUNT = 10_000n;
/** The largest amount of a bid. */
const LARGEST = 1_000_000_000_000n;

/**
 * Everybody bids in turn with a neighbour on one item after another of their own, again as soon as the last bid is answered, also
 * across restarts of the service.
 */
export async function bidUntilClosed(
  bidsUrl: string,
  people: readonly SignedIn[],
  items: readonly (readonly string[])[],
  done: AbortSignal,
): Promise<{ perSecond: number; p99: number }> {
  const latencies: number[] = [];
  const began = performance.now();
  await Promise.all(
    people.map(async (_, i) => {
      let turn = 0;
      for (const itemId of items[i] ?? []) {
        // No increment of a price from 100.00 on is more than a fortieth of it.
        for (let amount = FIRST_AMOUNT; amount <= LARGEST && !done.aborted; amount += (amount + 39n) / 40n) {
          turn += 1;
          const { token } = people[(i + (turn % 2)) % people.length] as SignedIn;
          const sent = performance.now();
          const accepted = await bid(bidsUrl, token, { itemId, amount: String(amount) });
          if (accepted) latencies.push(performance.now() - sent);
          else await delay(100);
        }
      }
      if (!done.aborted) throw new Error('all items have reached the largest amount of a bid');
    }),
  );
  const elapsed = (performance.now() - began) / 1000;
  return { perSecond: latencies.length / elapsed, p99: percentiles(latencies).p99 };
}

/** False while the service is unavailable, or when the bid before was accepted without an answer. */
async function bid(bidsUrl: string, token: string, request: object): Promise<boolean> {
  try {
    const answer = await callConnect(bidsUrl, 'bids.v1.BidService/PlaceBid', request, { token });
    if (!answer.ok && answer.code !== 'unavailable' && answer.reason !== 'ALREADY_LEADING')
      throw new Error(`PlaceBid answered ${answer.message}`);
    return answer.ok;
  } catch (error) {
    // fetch reports a lost answer as a TypeError, and a timeout as a DOMException.
    if (error instanceof TypeError || error instanceof DOMException) return false;
    throw error;
  }
}
