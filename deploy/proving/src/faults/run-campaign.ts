import { type SystemOptions, startSystem } from '../system/start-system.ts';
import { bidUnderFaults, openAuctions, signUpAll } from './bid-under-faults.ts';
import { checkHistory } from './check-history.ts';
import { collectHistory } from './collect-history.ts';
import type { Attempt } from './history.ts';
import { SEGMENT_BYTES } from './pass-by-retention.ts';
import { type PlannedFault, planFaults } from './plan-faults.ts';
import { seededRandom } from './random.ts';
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
  /** What was not processed when the timeout ended; undefined when everything was processed. */
  readonly backlog: Backlog | undefined;
  readonly drainedAfterMs: number;
  readonly logDirectory: string;
}

/**
 * Two relays and two consumers that kill themselves at their most dangerous moment after a signal; the other processes
 * are the real ones.
 */
export const campaignSystem: Pick<SystemOptions, 'processes' | 'doubled' | 'segmentBytes'> = {
  processes: {
    'relay-bids': { entry: 'deploy/proving/src/faults/fixtures/relay-that-dies-before-the-mark.ts' },
    'consumer-user-stats': {
      entry: 'deploy/proving/src/faults/fixtures/consumer-that-dies-before-the-commit.ts',
    },
  },
  doubled: ['relay-bids', 'consumer-user-stats'],
  segmentBytes: SEGMENT_BYTES,
};

const READY_PATIENCE_MS = 60_000;
const DRAIN_PATIENCE_MS = 120_000;

/**
 * One long round on a new system: clients bid on hot items, and every fault happens at its planned moment. Then faults stop,
 * every open request gets its answer, all committed events are processed, and the checker checks the result.
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const random = seededRandom(options.seed);
  const faults = planFaults(random.fork(), options.durationMs);
  const system = await startSystem({
    ...campaignSystem,
    report: options.report,
  });
  try {
    await bindWitness(system.infrastructure.urls.amqpUrl);
    const { seller, bidders } = await signUpAll(system, options.bidders);
    const items = await openAuctions(system, seller, options, random);
    options.report(`${bidders.length} bidders on ${items.length} items for ${options.durationMs / 1000} s`);
    const attempts: Attempt[] = [];
    await bidUnderFaults(system, { ...options, faults, bidders, items, random, attempts });
    await system.ready(READY_PATIENCE_MS);
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
