import { setTimeout as delay } from 'node:timers/promises';
import { create, toJson } from '@bufbuild/protobuf';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { v7 as uuid } from 'uuid';
import { type Percentiles, percentiles } from '../percentiles.ts';
import { bidPlaced } from '../sample-events.ts';
import type { Role } from './handler-messages.ts';
import { median } from './median.ts';
import type { Job, Peer, PeerEvent, PeerUrls, Producer } from './peer.ts';
import { startHandler } from './start-handler.ts';

/** Milliseconds from the answer to COMMIT until the handler, on one channel; each the median of its repeats. */
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

// The start of process, connections and compiler is not part of the steady rate.
const WARM_UP_SHARE = 0.1;
const WARM_UP_SECONDS = 2;

/**
 * Events per second while a handler in a separate process works through a backlog, from the first tenth to the last event. Median
 * of the repeats.
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

/** A peer's latency for a job: to its empty handler, or through its publishing handler to a subscriber of the broker. */
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

/** Commits events one by one at a steady rate and records when each reached the handler, on every channel. */
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
              // A handler may receive an event before the answer to COMMIT arrives here.
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

/** The bench's BidPlaced events for the peers: the same fields as JSON, about 300 bytes. */
function peerEvents(count: number): PeerEvent[] {
  return Array.from({ length: count }, (_, n) => {
    const aggregateId = uuid();
    const body = create(BidPlacedSchema, bidPlaced(aggregateId, uuid(), BigInt(n + 1)));
    return { id: uuid(), aggregateId, payload: toJson(BidPlacedSchema, body) as Record<string, unknown> };
  });
}
