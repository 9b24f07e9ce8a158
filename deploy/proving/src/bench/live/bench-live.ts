import { setTimeout as delay } from 'node:timers/promises';
import { environment } from '@gavel/dev/config';
import { ensureBffBuild } from '@gavel/dev/system/bff-build';
import { baseEnvironment } from '@gavel/dev/system/process-environment';
import { processes } from '@gavel/processes';
import { mustCall } from '../../system/call-connect.ts';
import { listItem, type SignedIn, signUp } from '../../system/sign-up.ts';
import { type System, startSystem } from '../../system/start-system.ts';
import type { Figure } from '../figure.ts';
import { percentiles } from '../percentiles.ts';
import { readUsage } from './process-usage.ts';
import { openViewers, type Viewers } from './viewers.ts';

export interface LiveBenchOptions {
  /** Number of open pages of one auction, on one process of the web app. */
  readonly viewers: number;
  /** Number of bids that are waited for. */
  readonly bids: number;
}

const needed: readonly string[] = ['auth', 'bids', 'relay-bids', 'bff'];
const BUILD_MS = 300_000;
const WARM_UP_VIEWERS = 100;
const WARM_UP_BIDS = 5;
const BETWEEN_BIDS_MS = 300;
/** After so long the memory of opening the streams has been given back as far as it ever is. */
const SETTLE_MS = 8_000;

/**
 * Opens the pages of many viewers of one auction and bids on it. Each bid is waited for at every viewer: the figure is the time from
 * sending the bid, so it contains the bid's own transaction, until the last viewer has its price.
 */
export async function benchLive(options: LiveBenchOptions, say: (line: string) => void): Promise<Figure[]> {
  await ensureBffBuild(baseEnvironment(environment), AbortSignal.timeout(BUILD_MS));
  const off = processes.flatMap(({ name }) => (needed.includes(name) ? [] : [[name, false]]));
  const system = await startSystem({
    bff: true,
    fsync: true,
    env: { LOG_LEVEL: 'warn', LIVE_PAGES_PER_ADDRESS: '100000' },
    processes: Object.fromEntries(off),
    report: say,
  });
  try {
    return await measureLive(system, options, say);
  } finally {
    await system.stop();
  }
}

async function measureLive(
  system: System,
  { viewers: count, bids }: LiveBenchOptions,
  say: (line: string) => void,
): Promise<Figure[]> {
  const enter = (name: string) => signUp(system.urls.auth, name);
  const [seller, ann, bob] = await Promise.all([enter('Seller'), enter('Ann'), enter('Bob')]);
  const itemId = await listItem(system.urls.bids, seller, 'Watched by many');
  const bidding = { bidsUrl: system.urls.bids, itemId, bidders: [ann, bob], placed: 0, amount: 100n };
  const usage = () => readUsage(system.pid('bff') ?? 0);

  const few = await openViewers(system.urls.bff, itemId, WARM_UP_VIEWERS);
  await bidAndWait(bidding, few, WARM_UP_BIDS);
  few.close();
  await delay(SETTLE_MS);
  const before = await usage();
  say(`${count} viewers open their pages`);
  const began = performance.now();
  const viewers = await openViewers(system.urls.bff, itemId, count);
  const openedMs = performance.now() - began;
  await delay(SETTLE_MS);
  const opened = await usage();
  const delays = await bidAndWait(bidding, viewers, bids);
  const after = await usage();
  viewers.close();

  const lateness = percentiles(delays);
  const note = `${count} viewers, ${bids} bids`;
  const perMessage = ((after.cpuMs - opened.cpuMs) / (bids * count)) * 1000;
  return [
    { what: 'live: bid → last viewer, p50', value: lateness.p50, unit: 'ms', note },
    { what: 'live: bid → last viewer, p99', value: lateness.p99, unit: 'ms', goal: { below: 300 }, note },
    {
      what: 'live: memory of a viewer',
      value: (opened.kibibytes - before.kibibytes) / count,
      unit: 'KiB',
      goal: { below: 16 },
      note: `of ${Math.round(before.kibibytes / 1024)} MiB without viewers`,
    },
    { what: 'live: CPU of a message', value: perMessage, unit: 'µs', note: 'for one viewer, all included' },
    { what: 'live: opened', value: count / (openedMs / 1000), unit: 'per second' },
  ];
}

interface Bidding {
  readonly bidsUrl: string;
  readonly itemId: string;
  readonly bidders: readonly SignedIn[];
  placed: number;
  amount: bigint;
}

/** Places bids, one after the other, and returns for each the milliseconds until the last viewer had it. */
async function bidAndWait(bidding: Bidding, viewers: Viewers, count: number): Promise<number[]> {
  const delays: number[] = [];
  for (let done = 0; done < count; done++) {
    bidding.placed++;
    // More than any step between two bids.
    bidding.amount += bidding.amount / 5n + 100n;
    const { itemId, amount, bidders, placed } = bidding;
    const token = bidders[placed % bidders.length]?.token ?? '';
    const seen = viewers.seen(placed);
    const sentAt = performance.now();
    const bid = mustCall(
      bidding.bidsUrl,
      'bids.v1.BidService/PlaceBid',
      { itemId, amount: amount.toString() },
      { token },
    );
    const [at] = await Promise.all([seen, bid]);
    delays.push(at - sentAt);
    await delay(BETWEEN_BIDS_MS);
  }
  return delays;
}
