import { percentiles } from '../percentiles.ts';
import type { BiddingRate } from './contender.ts';

/** Places one bid; true when it was accepted. Throws for every refusal but "too low". */
export type PlaceOne = (bidder: number, itemId: string, amount: bigint) => Promise<boolean>;

// From 10,000.00 the increment is always 100.00, so each amount is exactly the next minimum.
const FIRST_AMOUNT = 1_000_000n;
const INCREMENT = 10_000n;

/** The start price of measured items, which is also the first bid. */
export const START_PRICE = FIRST_AMOUNT;

/**
 * Runs bidders that each bid again as soon as they have an answer: all on one item, or each time on a random one of several. The
 * amounts of an item come from one counter, so a bid is refused only when a later one overtook it.
 */
export async function bidInLoops(
  place: PlaceOne,
  items: readonly string[],
  bidders: number,
  seconds: number,
): Promise<BiddingRate> {
  const next = new Map<string, bigint>();
  const latencies: number[] = [];
  let acceptedCount = 0;
  const began = performance.now();
  const end = began + seconds * 1000;
  await Promise.all(
    Array.from({ length: bidders }, async (_, bidder) => {
      while (performance.now() < end) {
        const itemId = items[Math.floor(Math.random() * items.length)] as string;
        const amount = next.get(itemId) ?? FIRST_AMOUNT;
        next.set(itemId, amount + INCREMENT);
        const sent = performance.now();
        if (await place(bidder, itemId, amount)) acceptedCount += 1;
        latencies.push(performance.now() - sent);
      }
    }),
  );
  const elapsed = (performance.now() - began) / 1000;
  return {
    accepted: acceptedCount / elapsed,
    refused: (latencies.length - acceptedCount) / elapsed,
    latency: percentiles(latencies),
    acceptedCount,
  };
}
