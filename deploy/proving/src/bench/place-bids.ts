import { v7 as uuid } from 'uuid';
import { callConnect } from '../system/call-connect.ts';
import { listItem, type SignedIn, signUp } from '../system/sign-up.ts';
import type { System } from '../system/start-system.ts';
import { type Percentiles, percentiles } from './percentiles.ts';

// What no price needs more than, in minor units: a bid of the counter is high enough unless a later one overtook it.
const LARGEST_STEP = 10_000;

export interface BidRate {
  /** Accepted bids a second. */
  readonly accepted: number;
  /** Bids a second that were told they are too low: the price of a hot item. */
  readonly refused: number;
  /** Milliseconds from request to answer, of accepted bids. */
  readonly latency: Percentiles;
}

export interface Bidders {
  readonly seller: SignedIn;
  readonly accounts: readonly SignedIn[];
}

/** A seller and as many bidders as there are clients. */
export async function signUpBidders(system: System, clients: number): Promise<Bidders> {
  const seller = await signUp(system.urls.auth, 'Seller');
  const accounts = await Promise.all(
    Array.from({ length: clients }, (_, i) => signUp(system.urls.auth, `Client ${i}`)),
  );
  return { seller, accounts };
}

/**
 * Bids over RPC as fast as each client gets its answers, all on one item or each on its own. Amounts come from one
 * counter, so that on a hot item a bid is refused only when another one overtook it on the way.
 */
export async function measurePlaceBid(
  system: System,
  { seller, accounts }: Bidders,
  items: 'one hot item' | 'an item each',
  seconds: number,
): Promise<BidRate> {
  const count = items === 'one hot item' ? 1 : accounts.length;
  const ids = await Promise.all(
    Array.from({ length: count }, (_, i) => listItem(system.urls.bids, seller, `Bench ${items} ${i}`)),
  );
  const latencies: number[] = [];
  let refused = 0;
  let amount = 0;
  const began = performance.now();
  const end = began + seconds * 1000;
  await Promise.all(
    accounts.map(async ({ token }, i) => {
      const itemId = ids[i % ids.length];
      while (performance.now() < end) {
        amount += LARGEST_STEP;
        const sent = performance.now();
        const answer = await callConnect(
          system.urls.bids,
          'bids.v1.BidService/PlaceBid',
          { itemId, amount: String(amount), idempotencyKey: uuid() },
          { token },
        );
        if (answer.ok) latencies.push(performance.now() - sent);
        else if (answer.reason === 'BID_TOO_LOW') refused += 1;
        else throw new Error(`PlaceBid answered ${answer.status} ${answer.reason}: ${answer.message}`);
      }
    }),
  );
  const elapsed = (performance.now() - began) / 1000;
  return {
    accepted: latencies.length / elapsed,
    refused: refused / elapsed,
    latency: percentiles(latencies),
  };
}
