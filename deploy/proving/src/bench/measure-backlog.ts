import { createPool, type Pool } from '@gavel/postgres/pool';
import { partitionsOf } from '@gavel/proto/topology';
import { STATISTICS_CONSUMER } from '../faults/collect-history.ts';
import { waitUntilDrained } from '../faults/wait-until-drained.ts';
import { connectStream, readPartition } from '../system/raw-stream-client.ts';
import type { System } from '../system/start-system.ts';
import { measureProgress, type Progress } from './measure-progress.ts';
import { appendBacklog } from './sample-events.ts';

export interface BacklogRates {
  /** From the outbox through stream and exchange to the mark. */
  readonly relay: Progress;
  /** From the stream into the projection. */
  readonly consumer: Progress;
  /** Messages in all partitions of the bids' stream afterwards. */
  readonly streamed: number;
}

/**
 * Stops relay and consumer, appends a backlog, then lets first the one and then the other work it off alone, as each
 * would after an outage.
 */
export async function measureBacklog(
  system: System,
  events: number,
  say: (line: string) => void,
): Promise<BacklogRates> {
  const bids = createPool({
    connectionString: system.databaseUrls.gavel_bids,
    applicationName: 'bench',
    max: 2,
  });
  const stats = createPool({
    connectionString: system.databaseUrls.gavel_stats,
    applicationName: 'bench',
    max: 2,
  });
  try {
    const left = await waitUntilDrained(system, 60_000);
    if (left !== undefined) throw new Error(`not drained: ${JSON.stringify(left)}`);
    await system.stopProcess('consumer-user-stats');
    await system.stopProcess('relay-bids');
    say(`appending ${events} events`);
    await appendBacklog(bids, events);

    const published = () => readNumber(bids, 'SELECT published_position FROM outbox_relay', []);
    const streamed = (await published()) + events;
    say('relay works off the backlog');
    const relay = await measureProgress(published, streamed, () => system.startProcess('relay-bids'));

    // Offsets are read instead of counting handled events: counting would cost the consumer some of its database.
    const reachedSql = 'SELECT coalesce(sum(last_offset), 0)::int8 FROM checkpoints WHERE consumer = $1';
    const reached = () => readNumber(stats, reachedSql, [STATISTICS_CONSUMER]);
    say('consumer works off the stream');
    const end = await newestOffsets(system.infrastructure.urls.streamUrl);
    const consumer = await measureProgress(reached, end, () => system.startProcess('consumer-user-stats'));
    return { relay, consumer, streamed };
  } finally {
    await Promise.all([bids.end(), stats.end()]);
  }
}

async function readNumber(pool: Pool, sql: string, values: unknown[]): Promise<number> {
  const { rows } = await pool.query<Record<string, bigint>>(sql, values);
  return Number(Object.values(rows[0] ?? {})[0] ?? 0);
}

/** The last offsets of all partitions, added up. */
async function newestOffsets(streamUrl: string): Promise<number> {
  const client = await connectStream(streamUrl);
  try {
    let sum = 0;
    for (const partition of partitionsOf('gavel.bids')) {
      sum += Number((await readPartition(client, partition, 'last chunk')).at(-1)?.offset ?? 0n);
    }
    return sum;
  } finally {
    await client.close();
  }
}
