import { setTimeout as delay } from 'node:timers/promises';
import { listItem, signUp } from '../system/sign-up.ts';
import { type System, type SystemOptions, startSystem } from '../system/start-system.ts';
import { bidUntilStopped } from './bidder.ts';
import { checkHistory } from './check-history.ts';
import { collectHistory } from './collect-history.ts';
import type { Attempt } from './history.ts';
import { inflictFault } from './inflict-fault.ts';
import { type PlannedFault, planFaults } from './plan-faults.ts';
import { type Random, seededRandom } from './random.ts';
import type { Verdict } from './verdict.ts';
import { type Backlog, waitUntilDrained } from './wait-until-drained.ts';
import { bindWitness } from './witness-queue.ts';

export interface CampaignOptions {
  readonly seed: number;
  readonly durationMs: number;
  readonly bidders: number;
  readonly items: number;
  /** Longest pause of a bidder between two bids. */
  readonly pauseMs: number;
  readonly report: (line: string) => void;
}

export interface CampaignResult {
  readonly faults: readonly PlannedFault[];
  readonly verdict: Verdict;
  /** What had still not arrived when patience ended; undefined when all did. */
  readonly backlog: Backlog | undefined;
  readonly drainedAfterMs: number;
  readonly logDirectory: string;
}

/** The relay and the consumer that can be told to die at their worst moment; otherwise the real ones. */
const armedProcesses: NonNullable<SystemOptions['processes']> = {
  'relay-bids': { entry: 'deploy/proving/src/faults/fixtures/relay-that-dies-before-the-mark.ts' },
  'consumer-user-stats': {
    entry: 'deploy/proving/src/faults/fixtures/consumer-that-dies-before-the-commit.ts',
  },
};

const ANSWER_PATIENCE_MS = 60_000;
const DRAIN_PATIENCE_MS = 120_000;

/**
 * One round: a fresh system, bidders on hot items, every fault at its seeded moment; then nothing is killed any more,
 * every open request gets its answer, all that was committed drains through, and the checker judges what is left.
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const random = seededRandom(options.seed);
  const faults = planFaults(random.fork(), options.durationMs);
  const system = await startSystem({
    processes: armedProcesses,
    doubled: ['relay-bids', 'consumer-user-stats'],
    report: options.report,
  });
  try {
    const attempts = await bidUnderFaults(system, faults, random, options);
    await system.ready(ANSWER_PATIENCE_MS);
    options.report(`bidding is over: ${attempts.length} requests; waiting until all of it has arrived`);
    const began = performance.now();
    const backlog = await waitUntilDrained(system, DRAIN_PATIENCE_MS);
    const drainedAfterMs = Math.round(performance.now() - began);
    const verdict = checkHistory(await collectHistory(system, attempts));
    return { faults, verdict, backlog, drainedAfterMs, logDirectory: system.logDirectory };
  } finally {
    await system.stop();
  }
}

async function bidUnderFaults(
  system: System,
  faults: readonly PlannedFault[],
  random: Random,
  options: CampaignOptions,
): Promise<Attempt[]> {
  await bindWitness(system.infrastructure.urls.amqpUrl);
  const seller = await signUp(system.urls.auth, 'Seller');
  const accounts = await Promise.all(
    Array.from({ length: options.bidders }, (_, i) => signUp(system.urls.auth, `Bidder ${i}`)),
  );
  const items: string[] = [];
  for (let i = 0; i < options.items; i += 1) {
    // The hot one and its like stay open; every third auction ends while faults strike, and has to be closed once.
    const openMs = i % 3 === 2 ? options.durationMs * random.next() : 3_600_000;
    items.push(await listItem(system.urls.bids, seller, `Item ${i}`, { openMs: Math.max(openMs, 5_000) }));
  }
  options.report(`${accounts.length} bidders on ${items.length} items for ${options.durationMs / 1000} s`);

  const stopBidding = new AbortController();
  const giveUp = new AbortController();
  const bidding = Promise.all(
    accounts.map((account) =>
      bidUntilStopped({
        bidsUrl: system.urls.bids,
        account,
        items,
        random: random.fork(),
        pauseMs: options.pauseMs,
        stopBidding: stopBidding.signal,
        giveUp: giveUp.signal,
      }),
    ),
  );
  const striking = Promise.all(faults.map((fault) => strikeInTime(system, fault, options.report)));
  // A failure of either is told once both have ended.
  const results = Promise.allSettled([striking, bidding]);
  await delay(options.durationMs);
  await Promise.allSettled([striking]);
  stopBidding.abort();
  const patience = setTimeout(() => giveUp.abort(), ANSWER_PATIENCE_MS);
  const settled = await results;
  clearTimeout(patience);
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
  return (await bidding).flat();
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
