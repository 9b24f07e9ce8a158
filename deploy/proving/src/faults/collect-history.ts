import { fromBinary } from '@bufbuild/protobuf';
import { createPool, type Pool } from '@gavel/postgres/pool';
import { fromHeaders } from '@gavel/proto/envelope';
import { AuctionClosedSchema, BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { partitionsOf } from '@gavel/proto/topology';
import { connectStream, type RawMessage, readMessages } from '../system/raw-stream-client.ts';
import type { System } from '../system/start-system.ts';
import { readLastOffsets } from '../system/stream-ends.ts';
import type { Attempt, History, StoredBid, StoredItem, StoredStats, StreamEvent } from './history.ts';
import { readWitness } from './witness-queue.ts';

/** The name under which the statistics consumer stores its records. */
export const STATISTICS_CONSUMER = 'user-stats';

/** The header on copies that a foreign client sends. The relay did not send them, so they are not counted against it. */
export const COPY_HEADER = 'proving_copy';

export interface HistoryCollector {
  /** Everything up to now. From stream and exchange it reads only what is new since the last call. */
  collect(attempts: readonly Attempt[]): Promise<History>;
}

/** Reads everything that a campaign wrote: the databases with plain SQL, stream and exchange with the public clients. */
export async function collectHistory(
  system: Pick<System, 'databaseUrls' | 'infrastructure'>,
  attempts: readonly Attempt[],
): Promise<History> {
  return createCollector(system).collect(attempts);
}

/**
 * For a campaign that is checked repeatedly.
 * @param routed what was already consumed from the witness queue and so cannot be read again
 */
export function createCollector(
  { infrastructure, databaseUrls }: Pick<System, 'databaseUrls' | 'infrastructure'>,
  routed: string[] = [],
): HistoryCollector {
  const partitions = new Map(
    partitionsOf('gavel.bids').map((name) => [name, { next: 0n, events: [] as StreamEvent[], copies: 0 }]),
  );
  const readStream = async (): Promise<void> => {
    const ends = await readLastOffsets(infrastructure.urls.streamUrl, [...partitions.keys()]);
    const client = await connectStream(infrastructure.urls.streamUrl);
    try {
      for (const [name, partition] of partitions) {
        const to = ends.get(name) ?? -1n;
        if (to < partition.next - 1n) throw new Error(`${name} ends at ${to}, before ${partition.next - 1n}`);
        for (const message of await readMessages(client, name, { from: partition.next, to })) {
          if (message.headers[COPY_HEADER] !== undefined) partition.copies += 1;
          else partition.events.push(toStreamEvent(name, message));
        }
        partition.next = to + 1n;
      }
    } finally {
      await client.close();
    }
  };
  return {
    async collect(attempts) {
      await readStream();
      routed.push(...(await readWitness(infrastructure.urls.amqpUrl)));
      return {
        attempts,
        routed,
        stream: [...partitions.values()].flatMap(({ events }) => events),
        copies: [...partitions.values()].reduce((sum, { copies }) => sum + copies, 0),
        ...(await readDatabases(databaseUrls)),
      };
    },
  };
}

async function readDatabases(urls: System['databaseUrls']) {
  const bids = createPool({ connectionString: urls.gavel_bids, applicationName: 'proving', max: 1 });
  const stats = createPool({ connectionString: urls.gavel_stats, applicationName: 'proving', max: 1 });
  try {
    return { ...(await readBids(bids)), ...(await readStatistics(stats)) };
  } finally {
    await Promise.all([bids.end(), stats.end()]);
  }
}

async function readBids(pool: Pool): Promise<{ bids: StoredBid[]; items: StoredItem[] }> {
  const bids = await pool.query<StoredBid>(
    'SELECT id, item_id AS "itemId", user_id AS "userId", amount, sequence FROM bids ORDER BY item_id, sequence',
  );
  const items = await pool.query<StoredItem>(
    `SELECT id, version, bid_count AS "bidCount", status = 'ended' AS closed FROM items ORDER BY id`,
  );
  return { bids: bids.rows, items: items.rows };
}

async function readStatistics(pool: Pool): Promise<{ stats: StoredStats[]; processed: Set<string> }> {
  const stats = await pool.query<StoredStats>(
    'SELECT user_id AS "userId", total_bids AS "totalBids", total_amount AS "totalAmount" FROM user_stats ORDER BY user_id',
  );
  const processed = await pool.query<{ event_id: string }>(
    'SELECT event_id FROM processed_events WHERE consumer = $1',
    [STATISTICS_CONSUMER],
  );
  return { stats: stats.rows, processed: new Set(processed.rows.map(({ event_id }) => event_id)) };
}

function toStreamEvent(partition: string, { offset, headers, body }: RawMessage): StreamEvent {
  const parsed = fromHeaders(headers);
  if (!parsed.ok) throw new Error(`${partition}@${offset}: ${parsed.problem}`);
  const { id, type, partitionkey, sequence } = parsed.envelope;
  const event = { partition, offset, id, type, aggregateId: partitionkey, sequence: BigInt(sequence) };
  if (type === AuctionClosedSchema.typeName) {
    const { winnerId, winningAmount, bidCount } = fromBinary(AuctionClosedSchema, body);
    return { ...event, closing: { winnerId, winningAmount, bidCount } };
  }
  if (type !== BidPlacedSchema.typeName) return event;
  const { bidId, userId, amount } = fromBinary(BidPlacedSchema, body);
  return { ...event, bid: { bidId, userId, amount } };
}
