import { setTimeout as delay } from 'node:timers/promises';
import { listItem, type SignedIn, signUp } from '../system/sign-up.ts';
import type { System } from '../system/start-system.ts';
import { bidUntilStopped } from './bidder.ts';
import type { Attempt } from './history.ts';
import { inflictFault } from './inflict-fault.ts';
import type { PlannedFault } from './plan-faults.ts';
import type { Random } from './random.ts';

export interface BiddingOptions {
  readonly faults: readonly PlannedFault[];
  readonly bidders: readonly SignedIn[];
  /** The first item is the hot one. */
  readonly items: readonly string[];
  readonly random: Random;
  readonly durationMs: number;
  /** Longest pause of a bidder between two bids. */
  readonly pauseMs: number;
  readonly report: (line: string) => void;
  /** All requests of all bidders are added here, also when a fault could not be injected, because the checker needs them. */
  readonly attempts: Attempt[];
}

const ANSWER_PATIENCE_MS = 60_000;

export async function signUpAll(
  { urls }: System,
  bidders: number,
): Promise<{ seller: SignedIn; bidders: SignedIn[] }> {
  const seller = await signUp(urls.auth, 'Seller');
  return {
    seller,
    bidders: await Promise.all(Array.from({ length: bidders }, (_, i) => signUp(urls.auth, `Bidder ${i}`))),
  };
}

/** Every third auction ends while faults happen and must be closed once. The others stay open. */
export async function openAuctions(
  { urls }: System,
  seller: SignedIn,
  { items, durationMs }: { readonly items: number; readonly durationMs: number },
  random: Random,
): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < items; i += 1) {
    const openMs = i % 3 === 2 ? durationMs * random.next() : 3_600_000;
    ids.push(await listItem(urls.bids, seller, `Item ${i}`, { openMs: Math.max(openMs, 5_000) }));
  }
  return ids;
}

/**
 * Clients bid while every fault happens at its planned moment, until the last affected process is up again. Then every open
 * request gets its answer. An error of the clients or the faults is thrown when both have ended.
 */
export async function bidUnderFaults(system: System, options: BiddingOptions): Promise<void> {
  const { random, attempts } = options;
  const stopBidding = new AbortController();
  const giveUp = new AbortController();
  const bidding = Promise.allSettled(
    options.bidders.map(async (account) => {
      attempts.push(
        ...(await bidUntilStopped({
          bidsUrl: system.urls.bids,
          account,
          items: options.items,
          random: random.fork(),
          pauseMs: options.pauseMs,
          stopBidding: stopBidding.signal,
          giveUp: giveUp.signal,
        })),
      );
    }),
  );
  const striking = Promise.allSettled(
    options.faults.map((fault) => strikeInTime(system, fault, options.report)),
  );
  await delay(options.durationMs);
  const strikes = await striking;
  stopBidding.abort();
  const patience = setTimeout(() => giveUp.abort(), ANSWER_PATIENCE_MS);
  const bidders = await bidding;
  clearTimeout(patience);
  for (const result of [...strikes, ...bidders]) if (result.status === 'rejected') throw result.reason;
}

async function strikeInTime(
  system: System,
  fault: PlannedFault,
  report: (line: string) => void,
): Promise<void> {
  await delay(fault.atMs);
  report(`${(fault.atMs / 1000).toFixed(1)} s: ${fault.name}`);
  await inflictFault(system, fault);
}
