import { type OpenLoss, readOpenLosses } from '@gavel/outbox/losses';
import type { Pool } from '@gavel/postgres/pool';
import { partitionFor } from '@gavel/proto/partitioner';
import type { StreamName } from '@gavel/proto/topology';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { CommandFailure } from '../command-failure.ts';
import { readExtent } from '../streams/extent.ts';
import { formatTable } from '../terminal/table.ts';

/** What a refill means for one partition. */
export interface RefillStep {
  readonly partition: string;
  readonly state: 'missing' | 'empty' | 'holds messages';
  /** Number of messages in it now. */
  readonly messages: bigint;
  /** Number of its events that Postgres still has: those that have a position and were not set aside. */
  readonly inPostgres: number;
  /** Events that are known to be lost. */
  readonly losses: readonly OpenLoss[];
}

// Counted per aggregate: all events of an aggregate are in one partition, and the database does not know which one.
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

/**
 * Throws `refused` if Postgres has fewer events of a partition than the partition holds now or has lost: a refilled partition has
 * only what Postgres has, so the other events would be lost permanently.
 */
export function refuseNewLosses(steps: readonly RefillStep[]): void {
  const problems = steps.flatMap(({ partition, messages, inPostgres, losses }) => {
    const incomplete = losses.filter(({ gone }) => gone > 0);
    return [
      ...(messages > BigInt(inPostgres)
        ? [`${partition} holds ${messages} messages and Postgres has ${inPostgres} of them`]
        : []),
      ...(incomplete.length > 0 ? [`${partition} has lost ${describeLosses(incomplete)}`] : []),
    ];
  });
  if (problems.length === 0) return;
  throw new CommandFailure(
    'refused',
    `messages would be lost permanently: ${problems.join('; ')}`,
    'Nothing has changed. Add --lose-older to accept these losses.',
  );
}

/** Throws `refused` if one of these partitions still lacks events, because it was skipped or could not be refilled completely. */
export function refuseOpenLosses(partitions: readonly string[], losses: readonly OpenLoss[]): void {
  const open = losses.filter(({ partition }) => partitions.includes(partition));
  if (open.length === 0) return;
  throw new CommandFailure(
    'refused',
    `still lost: ${open.map((loss) => `${loss.partition}: ${describeLosses([loss])}`).join('; ')}`,
    open.some(({ gone }) => gone > 0)
      ? 'Add --recreate --lose-older to accept that events which Postgres no longer has stay lost.'
      : 'Add --recreate to delete the messages of these partitions and refill them.',
  );
}

export function formatRefill(steps: readonly RefillStep[]): string {
  return formatTable(
    ['PARTITION', 'STATE', 'MESSAGES', 'IN POSTGRES', 'LOST'],
    steps.map((step) => [
      step.partition,
      step.state,
      step.messages,
      step.inPostgres,
      step.losses.length === 0 ? null : describeLosses(step.losses),
    ]),
  );
}

/** `positions 1 to 812, 40 of them no longer in Postgres`; positions are those of the whole outbox. */
function describeLosses(losses: readonly OpenLoss[]): string {
  return losses
    .map(({ firstPosition, lastPosition, gone, byRefill }) => {
      const origin = byRefill ? 'not yet refilled: ' : '';
      const unavailable = gone === 0 ? '' : `, ${gone} of them no longer in Postgres`;
      return `${origin}positions ${firstPosition} to ${lastPosition}${unavailable}`;
    })
    .join('; ');
}
