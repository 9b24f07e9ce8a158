import { createPool } from '@gavel/postgres/pool';
import pg from 'pg';
import type { System } from '../../system/start-system.ts';
import { measureProgress } from '../measure-progress.ts';
import { appendBacklog } from '../sample-events.ts';
import { gavel } from './gavel.ts';
import {
  type ChannelLatency,
  type LatencyPlan,
  measureBacklogRate,
  measureCommitToHandler,
  measurePeerLatency,
} from './measure-peer.ts';
import { median } from './median.ts';
import type { Job, Peer, PeerUrls } from './peer.ts';
import { peers } from './peers.ts';

/** One contender's figures. */
export interface Contender {
  readonly name: string;
  readonly settings: string;
  /** Every event is published to the stream and the exchange, and confirmed by both. */
  readonly publishing: Performance;
  /** With an empty handler, if the contender has one. */
  readonly idle?: Performance;
}

export interface Performance {
  /** Events per second from a backlog; median of the repeats. */
  readonly rate: number;
  readonly backlog: number;
  readonly latencies: readonly ChannelLatency[];
}

export interface ComparisonPlan {
  /** Gavel's backlog. `PEER_EVENTS` is the share of it that the peers get. */
  readonly events: number;
  readonly repeats: number;
  readonly latency: LatencyPlan;
}

// The number of events that each processes in a few seconds on two cores.
const PEER_EVENTS: Readonly<Record<string, number>> = {
  'graphile-worker': 20_000,
  'pg-boss': 20_000,
  'pg-transactional-outbox': 2_000,
};
const IDLE = ['consumer-user-stats', 'user-stats', 'bids', 'auth', 'relay-auth'] as const;

/**
 * Measures Gavel and its peers, one after the other, on the same Postgres, each with its handler in a separate process. All other
 * processes are stopped and stay stopped.
 */
export async function comparePeers(
  system: System,
  plan: ComparisonPlan,
  say: (line: string) => void,
): Promise<Contender[]> {
  for (const name of ['relay-bids', ...IDLE] as const) await system.stopProcess(name);
  const contenders = [await measureGavel(system, plan, say)];
  await system.stopProcess('relay-bids');
  for (const peer of peers) contenders.push(await measurePeer(system, peer, plan, say));
  return contenders;
}

async function measureGavel(
  system: System,
  { events, repeats, latency }: ComparisonPlan,
  say: (line: string) => void,
): Promise<Contender> {
  const { streamUrl, amqpUrl } = system.infrastructure.urls;
  const urls = { databaseUrl: system.databaseUrls.gavel_bids, streamUrl, amqpUrl };
  const pool = createPool({ connectionString: urls.databaseUrl, applicationName: 'bench', max: 2 });
  const published = async (): Promise<number> => {
    const { rows } = await pool.query<{ at: number }>(
      'SELECT published_position::float8 AS at FROM outbox_relay',
    );
    return rows[0]?.at ?? 0;
  };
  try {
    const rates: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      say(`Gavel: a backlog of ${events}, ${repeat + 1} of ${repeats}`);
      await appendBacklog(pool, events);
      const start = (): Promise<void> => system.startProcess('relay-bids');
      const { sustained } = await measureProgress(published, (await published()) + events, start);
      rates.push(sustained);
      if (repeat < repeats - 1) await system.stopProcess('relay-bids');
    }
    say(`Gavel: commit → handler at ${latency.ratePerSecond} events/s`);
    const producer = await gavel.open(urls);
    try {
      const latencies = await measureCommitToHandler({ hears: 'broker' }, producer, urls, latency);
      return {
        name: gavel.name,
        settings: gavel.settings,
        publishing: { rate: median(rates), backlog: events, latencies },
      };
    } finally {
      await producer.close();
    }
  } finally {
    await pool.end();
  }
}

async function measurePeer(
  system: System,
  peer: Peer,
  { events, repeats, latency }: ComparisonPlan,
  say: (line: string) => void,
): Promise<Contender> {
  const { name, settings } = peer;
  const backlog = Math.min(events, PEER_EVENTS[name] ?? events);
  const urls = await createDatabase(system, name);
  const producer = await peer.open(urls);
  const perform = async (job: Job): Promise<Performance> => {
    const doing = job === 'publish' ? 'stream + exchange' : 'an empty handler';
    say(`${name}: ${repeats} backlogs of ${backlog} → ${doing}`);
    const rate = await measureBacklogRate(peer, job, producer, urls, { events: backlog, repeats });
    say(`${name}: commit → handler at ${latency.ratePerSecond} events/s, ${doing}`);
    return { rate, backlog, latencies: await measurePeerLatency(peer, job, producer, urls, latency) };
  };
  try {
    return { name, settings, publishing: await perform('publish'), idle: await perform('nothing') };
  } finally {
    await producer.close();
  }
}

async function createDatabase({ infrastructure }: System, name: string): Promise<PeerUrls> {
  const { postgresUrl, amqpUrl, streamUrl } = infrastructure.urls;
  const database = `bench_${name.replaceAll('-', '_')}`;
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
  const url = new URL(postgresUrl);
  url.pathname = `/${database}`;
  return { databaseUrl: url.href, amqpUrl, streamUrl };
}
