import { setTimeout as delay } from 'node:timers/promises';
import { type Percentiles, percentiles } from '../percentiles.ts';
import type { Role } from './handler-messages.ts';
import { median } from './median.ts';
import type { Job, Peer, PeerUrls, Producer } from './peer.ts';
import { peerEvents } from './peer-events.ts';
import { startHandler } from './start-handler.ts';

/** Milliseconds from COMMIT's answer to the handler, of one channel; each the median of its repeats. */
export interface ChannelLatency {
  readonly channel: string;
  readonly p50: number;
  readonly p99: number;
  readonly events: number;
}

export interface LatencyPlan {
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly repeats: number;
}

// Start-up of process, connections and compiler is nobody's steady rate.
const WARM_UP_SHARE = 0.1;
const WARM_UP_SECONDS = 2;

/**
 * Events a second from a standing backlog until a handler in a process of its own has done its job with them: from the
 * moment that a tenth was done to the last one. Median of the repeats.
 */
export async function measureBacklogRate(
  peer: Peer,
  job: Job,
  producer: Producer,
  urls: PeerUrls,
  { events, repeats }: { events: number; repeats: number },
): Promise<number> {
  const rates: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    await producer.append(peerEvents(events));
    const handler = await startHandler({ peer: peer.name, job }, urls);
    try {
      const samples = await handler.collect(events);
      const skipped = Math.floor(events * WARM_UP_SHARE);
      const [from, to] = [samples[skipped]?.[2] ?? 0, samples.at(-1)?.[2] ?? 0];
      rates.push(((events - skipped - 1) * 1000) / (to - from));
    } finally {
      await handler.stop();
    }
  }
  return median(rates);
}

/** A peer's latency with a job: to its own empty handler, or through its publishing one to who hears the broker. */
export async function measurePeerLatency(
  peer: Peer,
  job: Job,
  producer: Producer,
  urls: PeerUrls,
  plan: LatencyPlan,
): Promise<ChannelLatency[]> {
  if (job === 'nothing') return await measureCommitToHandler({ peer: peer.name, job }, producer, urls, plan);
  const publisher = await startHandler({ peer: peer.name, job }, urls);
  try {
    return await measureCommitToHandler({ hears: 'broker' }, producer, urls, plan);
  } finally {
    await publisher.stop();
  }
}

/** Commits events one by one at a steady rate and hears when each reached the handler, on every channel. */
export async function measureCommitToHandler(
  role: Role,
  producer: Producer,
  urls: PeerUrls,
  { ratePerSecond, seconds, repeats }: LatencyPlan,
): Promise<ChannelLatency[]> {
  const channels = 'hears' in role ? ['stream', 'exchange'] : ['job'];
  const handler = await startHandler(role, urls);
  const runs: ReadonlyMap<string, Percentiles>[] = [];
  try {
    const run = async (length: number): Promise<ReadonlyMap<string, Percentiles>> => {
      const committed = await commitSteadily(producer, ratePerSecond, Math.round(ratePerSecond * length));
      const samples = await handler.collect(committed.size * channels.length);
      return new Map(
        channels.map((channel) => [
          channel,
          percentiles(
            samples
              // A handler may hear of an event before COMMIT's answer is back here.
              .flatMap(([own, id, at]) => {
                const before = own === channel ? committed.get(id) : undefined;
                return before === undefined ? [] : [Math.max(0, at - before)];
              }),
          ),
        ]),
      );
    };
    await run(WARM_UP_SECONDS);
    for (let repeat = 0; repeat < repeats; repeat += 1) runs.push(await run(seconds));
  } finally {
    await handler.stop();
  }
  return channels.map((channel) => {
    const own = runs.flatMap((one) => one.get(channel) ?? []);
    return {
      channel,
      p50: median(own.map(({ p50 }) => p50)),
      p99: median(own.map(({ p99 }) => p99)),
      events: own.reduce((sum, { count }) => sum + count, 0),
    };
  });
}

async function commitSteadily(
  producer: Producer,
  ratePerSecond: number,
  total: number,
): Promise<ReadonlyMap<string, number>> {
  const committed = new Map<string, number>();
  const events = peerEvents(total);
  const began = performance.now();
  const commits: Promise<void>[] = [];
  for (const [n, event] of events.entries()) {
    await delay(Math.max(0, began + (n * 1000) / ratePerSecond - performance.now()));
    commits.push(producer.commit(event).then(({ id, at }) => void committed.set(id, at)));
  }
  await Promise.all(commits);
  return committed;
}
