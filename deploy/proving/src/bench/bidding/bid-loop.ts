import { percentiles } from '../percentiles.ts';
import type { BiddingRate, Field } from './contender.ts';

/** Places one bid; false when it was refused because another one was faster. Throws for every other refusal. */
export type PlaceOne = (turn: number, itemId: string, amount: bigint) => Promise<boolean>;

const FIRST_AMOUNT = 10_000n;
/** The largest amount of a bid. */
const LARGEST = 1_000_000_000_000n;

/** The start price of measured items, which is also the first bid. */
export const START_PRICE = FIRST_AMOUNT;

/**
 * Runs bidders that each bid again as soon as they have an answer: all on one item, or each time on a random one of several. The
 * amounts of an item rise in one order, and two bidders in turn use them, so a bid is refused only when a later one overtook it.
 * Prices rise by the increments of PlaceBid, so an item takes some hundred bids: on one hot item, the next one of `items` follows.
 */
export async function bidInLoops(
  place: PlaceOne,
  items: readonly string[],
  bidders: number,
  seconds: number,
  field: Field,
): Promise<BiddingRate> {
  const next = new Map<string, { amount: bigint; turn: number }>();
  let hot = 0;
  const latencies: number[] = [];
  let acceptedCount = 0;
  const began = performance.now();
  const end = began + seconds * 1000;
  await Promise.all(
    Array.from({ length: bidders }, async () => {
      while (performance.now() < end) {
        const itemId = items[field === 'spread auctions' ? Math.floor(Math.random() * items.length) : hot];
        if (itemId === undefined) throw new Error('all items have reached the largest amount of a bid');
        const { amount, turn } = next.get(itemId) ?? { amount: FIRST_AMOUNT, turn: 0 };
        next.set(itemId, { amount: above(amount), turn: turn + 1 });
        if (above(amount) > LARGEST) hot += 1;
        const sent = performance.now();
        if (await place(turn, itemId, amount)) acceptedCount += 1;
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

/** An amount that is enough after `amount`: no increment of a price from 100.00 on is more than a fortieth of it. */
function above(amount: bigint): bigint {
  return amount + (amount + 39n) / 40n;
}
