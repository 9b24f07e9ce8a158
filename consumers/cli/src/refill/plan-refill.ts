import type { StreamInspector } from '@gavel/consumer-runtime/inspect-stream';
import type { Pool } from '@gavel/postgres/pool';
import { partitionFor } from '@gavel/proto/partitioner';
import type { StreamName } from '@gavel/proto/topology';
import { readExtent } from '../streams/extent.ts';

/** What a refill means for one partition. */
export interface RefillStep {
  readonly partition: string;
  readonly state: 'missing' | 'empty' | 'holds messages';
  /** In it now. */
  readonly messages: bigint;
  /** Events that Postgres still has for it: those that a relay has given a position and that somebody could take. */
  readonly inPostgres: number;
}

// Per aggregate, because an aggregate's events are all in one partition, and which one is not known to the database.
const COUNTS = `
SELECT o.aggregate_id AS "aggregateId", count(*)::float8 AS events
FROM outbox_by_position o
WHERE o.stream = $1 AND NOT EXISTS (SELECT FROM outbox_set_aside s WHERE s.position = o.position)
GROUP BY 1`;

export async function planRefill(
  inspector: StreamInspector,
  pool: Pool,
  stream: StreamName,
  partitions: readonly string[],
): Promise<RefillStep[]> {
  const { rows } = await pool.query<{ aggregateId: string; events: number }>(COUNTS, [stream]);
  const counts = new Map<string, number>();
  for (const { aggregateId, events } of rows) {
    const partition = partitionFor(stream, aggregateId);
    counts.set(partition, (counts.get(partition) ?? 0) + events);
  }
  const steps: RefillStep[] = [];
  for (const partition of partitions) {
    const extent = await readExtent(inspector, partition);
    const messages = extent === undefined ? 0n : extent.next - extent.first;
    const state = extent === undefined ? 'missing' : messages > 0n ? 'holds messages' : 'empty';
    steps.push({ partition, state, messages, inPostgres: counts.get(partition) ?? 0 });
  }
  return steps;
}
