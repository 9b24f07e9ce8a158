import { setTimeout as delay } from 'node:timers/promises';
import { listItem } from '../system/sign-up.ts';
import { type System, startSystem } from '../system/start-system.ts';
import { bidUnderFaults, openAuctions, signUpAll } from './bid-under-faults.ts';
import { checkHistory } from './check-history.ts';
import { createCollector, type HistoryCollector } from './collect-history.ts';
import type { Attempt } from './history.ts';
import { type PlannedFault, planRounds } from './plan-faults.ts';
import { seededRandom } from './random.ts';
import { NewViolations, type Round } from './round.ts';
import { type CampaignOptions, campaignSystem } from './run-campaign.ts';
import type { Verdict, Violation } from './verdict.ts';
import { waitUntilDrained } from './wait-until-drained.ts';
import { bindWitness } from './witness-queue.ts';

export interface RoundsOptions extends CampaignOptions {
  readonly rounds: number;
  /** Receives each round when it has been checked. */
  readonly onRound: (round: Round) => void;
}

export interface RoundsResult {
  /** The verdict at the end, after reading the whole stream again from its first message. */
  readonly verdict: Verdict | undefined;
  readonly violations: readonly Violation[];
  readonly failedRounds: number;
  readonly strikes: ReadonlyMap<string, number>;
  readonly logDirectory: string;
}

const PATIENCE_MS = 120_000;
const LASTING_MS = 24 * 3_600_000;
// A real violation stays. If a later check no longer finds it, processing was only not finished.
const LOOKS = 3;
// Access tokens last 15 minutes.
const SIGNED_IN_MS = 8 * 60_000;
/** After this many rounds in a row that cannot be checked, the system will not recover. */
const HOPELESS = 3;

interface Campaign {
  readonly system: System;
  readonly options: RoundsOptions;
  readonly plan: (durationMs: number) => PlannedFault[];
  readonly random: ReturnType<typeof seededRandom>;
  readonly attempts: Attempt[];
  /** What the exchange has routed up to now. */
  readonly routed: string[];
  collector: HistoryCollector;
  readonly found: NewViolations;
  /** The auction that stays open during all rounds. */
  readonly lasting: string;
  people: Awaited<ReturnType<typeof signUpAll>> & { readonly since: number };
}

/**
 * Runs many short rounds on one system. In each, clients bid on new auctions and on one that stays open, and a few planned
 * faults happen. Then everything is processed, and the checker checks all that happened since the campaign began. A round that
 * cannot be checked has failed; its bids are checked with the next round.
 */
export async function runRounds(options: RoundsOptions): Promise<RoundsResult> {
  const random = seededRandom(options.seed);
  const plan = planRounds(random.fork());
  const system = await startSystem({ ...campaignSystem, report: options.report });
  try {
    await bindWitness(system.infrastructure.urls.amqpUrl);
    const people = { ...(await signUpAll(system, options.bidders)), since: performance.now() };
    const routed: string[] = [];
    const campaign: Campaign = {
      system,
      options,
      plan,
      random,
      people,
      lasting: await listItem(system.urls.bids, people.seller, 'The hot one', { openMs: LASTING_MS }),
      attempts: [],
      routed,
      collector: createCollector(system, routed),
      found: new NewViolations(),
    };
    const strikes = new Map<string, number>();
    let failedRounds = 0;
    let hopeless = 0;
    for (let number = 1; number <= options.rounds && hopeless < HOPELESS; number += 1) {
      const round = await playRound(campaign, number);
      for (const { name } of round.faults) strikes.set(name, (strikes.get(name) ?? 0) + 1);
      if (round.problem !== undefined || round.found.length > 0) failedRounds += 1;
      hopeless = round.verdict === undefined ? hopeless + 1 : 0;
      options.onRound(round);
      if (hopeless === HOPELESS) failedRounds += options.rounds - number;
    }
    const verdict =
      hopeless === 0 ? await judge({ ...campaign, collector: createCollector(system, routed) }) : undefined;
    campaign.found.add(verdict?.violations ?? []);
    const { logDirectory } = system;
    return { verdict, violations: campaign.found.all, failedRounds, strikes, logDirectory };
  } finally {
    await system.stop();
  }
}

async function playRound(campaign: Campaign, number: number): Promise<Round> {
  const { system, options, attempts, found } = campaign;
  const began = performance.now();
  const faults = campaign.plan(options.durationMs);
  // Plan before anything can fail, so that one round does not change the plan of the next.
  const random = campaign.random.fork();
  const round = { number, faults };
  const before = attempts.length;
  try {
    await renewPeople(campaign);
    const { seller, bidders } = campaign.people;
    const items = [campaign.lasting, ...(await openAuctions(system, seller, options, random))];
    await bidUnderFaults(system, { ...options, faults, bidders, items, random, attempts });
    // A refilled partition has new offsets.
    if (faults.some(({ name }) => name === 'retention passes a consumer that is held back')) {
      campaign.collector = createCollector(system, campaign.routed);
    }
    const backlog = await waitUntilDrained(system, PATIENCE_MS);
    const verdict = await judge(campaign);
    const fresh = found.add(verdict.violations);
    const acknowledged = attempts.slice(before).some(({ answer }) => answer.kind === 'acknowledged');
    let problem: string | undefined;
    if (backlog !== undefined)
      problem = `not drained: ${backlog.unpublished} events unpublished, ${backlog.behind} partitions behind`;
    else if (!acknowledged) problem = 'no bid was acknowledged, so it proves nothing';
    return { ...round, verdict, found: fresh, problem, tookMs: performance.now() - began };
  } catch (error) {
    // After any error the result of this round is unknown.
    const problem = `could not be checked: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    await delay(1_000);
    return { ...round, verdict: undefined, found: [], problem, tookMs: performance.now() - began };
  }
}

/** Auctions end during the check, so a closing may be in the table and not yet in the stream. In this case it checks again. */
async function judge({ system, attempts, collector }: Campaign): Promise<Verdict> {
  for (let look = 1; ; look += 1) {
    const verdict = checkHistory(await collector.collect(attempts));
    if (verdict.violations.length === 0 || look === LOOKS) return verdict;
    await delay(1_000);
    await waitUntilDrained(system, PATIENCE_MS);
  }
}

/** bids must answer before auctions are opened; other processes may still be starting. */
async function renewPeople(campaign: Campaign): Promise<void> {
  const { system, options } = campaign;
  await system.ready(PATIENCE_MS, 'bids');
  if (performance.now() - campaign.people.since < SIGNED_IN_MS) return;
  await system.ready(PATIENCE_MS, 'auth');
  campaign.people = { ...(await signUpAll(system, options.bidders)), since: performance.now() };
}
