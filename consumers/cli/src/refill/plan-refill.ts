import { type OpenLoss, readOpenLosses } from '@gavel/outbox/losses';
import type { Pool } from '@gavel/postgres/pool';
import { partitionFor } from '@gavel/proto/partitioner';
import type { StreamName } from '@gavel/proto/topology';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { readExtent } from '../streams/extent.ts';
import { formatTable } from '../terminal/table.ts';

/** What a refill means for one partition. */
export interface RefillStep {
  readonly partition: string;
  readonly state: 'missing' | 'empty' | 'holds messages';
  /** In it now. */
  readonly messages: bigint;
  /** Events that Postgres still has for it: those that a relay has given a position and that somebody could take. */
  readonly inPostgres: number;
  /** What it is known to lack. */
  readonly losses: readonly OpenLoss[];
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
  const open = await readOpenLosses(pool);
  const steps: RefillStep[] = [];
  for (const partition of partitions) {
    const extent = await readExtent(inspector, partition);
    const messages = extent === undefined ? 0n : extent.next - extent.first;
    const state = extent === undefined ? 'missing' : messages > 0n ? 'holds messages' : 'empty';
    const losses = open.filter((loss) => loss.partition === partition);
    steps.push({ partition, state, messages, inPostgres: counts.get(partition) ?? 0, losses });
  }
  return steps;
}

export function formatRefill(steps: readonly RefillStep[]): string {
  return formatTable(
    ['PARTITION', 'STATE', 'MESSAGES', 'IN POSTGRES', 'LACKS'],
    steps.map((step) => [
      step.partition,
      step.state,
      step.messages,
      step.inPostgres,
      step.losses.length === 0 ? null : describeLosses(step.losses),
    ]),
  );
}

/** `positions 1 to 812, 40 of them not in Postgres any more`; positions are those of the whole outbox. */
export function describeLosses(losses: readonly OpenLoss[]): string {
  return losses
    .map(({ firstPosition, lastPosition, gone, byRefill }) => {
      const what = byRefill ? 'what an unfinished refill has not brought back of ' : '';
      const lost = gone === 0 ? '' : `, ${gone} of them not in Postgres any more`;
      return `${what}positions ${firstPosition} to ${lastPosition}${lost}`;
    })
    .join('; ');
}
