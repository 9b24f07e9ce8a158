import { fromBinary } from '@bufbuild/protobuf';
import { createPool, type Pool } from '@gavel/postgres/pool';
import { fromHeaders } from '@gavel/proto/envelope';
import { AuctionClosedSchema, BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { partitionsOf } from '@gavel/proto/topology';
import { connectStream, type RawMessage, readPartition } from '../system/raw-stream-client.ts';
import type { System } from '../system/start-system.ts';
import type { Attempt, History, StoredBid, StoredItem, StoredStats, StreamEvent } from './history.ts';
import { readWitness } from './witness-queue.ts';

/** The name under which the statistics' consumer keeps its records. */
export const STATISTICS_CONSUMER = 'user-stats';

/** Reads all that a campaign left behind: both databases through plain SQL, stream and exchange through the stock clients. */
export async function collectHistory(
  system: Pick<System, 'databaseUrls' | 'infrastructure'>,
  attempts: readonly Attempt[],
): Promise<History> {
  const stream = await readStream(system.infrastructure.urls.streamUrl);
  const bidsPool = createPool({
    connectionString: system.databaseUrls.gavel_bids,
    applicationName: 'proving',
  });
  const statsPool = createPool({
    connectionString: system.databaseUrls.gavel_stats,
    applicationName: 'proving',
  });
  try {
    return {
      attempts,
      stream,
      routed: await readWitness(system.infrastructure.urls.amqpUrl),
      ...(await readBids(bidsPool)),
      ...(await readStatistics(statsPool)),
    };
  } finally {
    await Promise.all([bidsPool.end(), statsPool.end()]);
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

async function readStream(streamUrl: string): Promise<StreamEvent[]> {
  const client = await connectStream(streamUrl);
  try {
    const events: StreamEvent[] = [];
    for (const partition of partitionsOf('gavel.bids')) {
      for (const message of await readPartition(client, partition))
        events.push(toStreamEvent(partition, message));
    }
    return events;
  } finally {
    await client.close();
  }
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
