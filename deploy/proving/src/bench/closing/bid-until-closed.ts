import { setTimeout as delay } from 'node:timers/promises';
import { callConnect } from '../../system/call-connect.ts';
import type { SignedIn } from '../../system/sign-up.ts';
import { percentiles } from '../percentiles.ts';

/** The largest increment. */
const STEP = 10_000;

/** Bids on its own item, again as soon as the last bid is answered, also across restarts of the service. */
export async function bidUntilClosed(
  bidsUrl: string,
  people: readonly SignedIn[],
  items: readonly string[],
  done: AbortSignal,
): Promise<{ perSecond: number; p99: number }> {
  const latencies: number[] = [];
  const began = performance.now();
  await Promise.all(
    people.map(async ({ token }, i) => {
      for (let amount = STEP; !done.aborted; amount += STEP) {
        const request = { itemId: items[i], amount: String(amount) };
        const sent = performance.now();
        const accepted = await bid(bidsUrl, token, request);
        if (accepted) latencies.push(performance.now() - sent);
        else await delay(100);
      }
    }),
  );
  const elapsed = (performance.now() - began) / 1000;
  return { perSecond: latencies.length / elapsed, p99: percentiles(latencies).p99 };
}

/** False while the service is unavailable. */
async function bid(bidsUrl: string, token: string, request: object): Promise<boolean> {
  try {
    const answer = await callConnect(bidsUrl, 'bids.v1.BidService/PlaceBid', request, { token });
    if (!answer.ok && answer.code !== 'unavailable') throw new Error(`PlaceBid answered ${answer.message}`);
    return answer.ok;
  } catch (error) {
    // fetch reports a lost answer as a TypeError, and a timeout as a DOMException.
    if (error instanceof TypeError || error instanceof DOMException) return false;
    throw error;
  }
}
