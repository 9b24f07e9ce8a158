import { type Extent, readExtent } from '@gavel/consumer-runtime/extent';
import { type OpenLoss, readOpenLosses } from '@gavel/outbox/losses';
import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import type { EventEnvelope } from '@gavel/proto/envelope';
import { partitionFor } from '@gavel/proto/partitioner';
import type { StreamName } from '@gavel/proto/topology';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import type { StreamReader } from '@gavel/rabbitmq/stream-reader';
import { CommandFailure } from '../command-failure.ts';
import { readEvent } from '../streams/read-event.ts';
import { formatTable } from '../terminal/table.ts';

/** What a refill means for one partition. */
export interface RefillStep {
  readonly partition: string;
  readonly state: 'missing' | 'empty' | 'holds messages';
  /** Number of messages in it now. */
  readonly messages: bigint;
  /** Number of its events that Postgres still has: those that have a position and were not set aside. */
  readonly inPostgres: number;
  /** Those of them that are not newer than the newest message in the partition. */
  readonly inPostgresSoFar: number;
  /** Events that are known to be lost. */
  readonly losses: readonly OpenLoss[];
}

// Counted per aggregate, because the database does not know the partition of an aggregate, and by the places between the
// given positions.
const COUNTS = `
SELECT o.aggregate_id AS "aggregateId", width_bucket(o.position, $2::bigint[]) AS place, count(*)::float8 AS events
FROM outbox_by_position o
WHERE o.stream = $1 AND NOT EXISTS (SELECT FROM outbox_set_aside s WHERE s.position = o.position)
GROUP BY 1, 2`;
const POSITIONS = `
SELECT newest.partition, max(c.first_position + array_position(c.ids, o.id) - 1)::float8 AS position
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS newest (partition, "aggregateId", sequence)
JOIN outbox o ON o.aggregate_id = newest."aggregateId" AND o.sequence = newest.sequence
JOIN outbox_claims c ON c.high_id >= o.id AND o.id = ANY (c.ids)
GROUP BY 1`;

/**
 * Compares each partition with Postgres. Events may arrive meanwhile, so both sides are counted up to one place: the newest message
 * that the partition held when it was looked at. Postgres is read after the broker and in one snapshot, so it has that event.
 */
export async function planRefill(
  { inspector, reader, pool }: { inspector: StreamInspector; reader: StreamReader; pool: Pool },
  stream: StreamName,
  partitions: readonly string[],
): Promise<RefillStep[]> {
  const found: { partition: string; extent: Extent | undefined; newest: EventEnvelope | null }[] = [];
  for (const partition of partitions) {
    const extent = await readExtent(inspector, partition);
    found.push({ partition, extent, newest: await readNewest(reader, extent) });
  }
  const counts = await countEvents(pool, stream, found);
  const open = await readOpenLosses(pool);
  return found.map(({ partition, extent }) => {
    const messages = extent === undefined ? 0n : extent.next - extent.first;
    const state = extent === undefined ? 'missing' : messages > 0n ? 'holds messages' : 'empty';
    const losses = open.filter((loss) => loss.partition === partition);
    const { inPostgres, inPostgresSoFar } = counts(partition);
    // No event is older than the newest message of a partition without messages.
    const soFar = messages > 0n ? inPostgresSoFar : 0;
    return { partition, state, messages, inPostgres, inPostgresSoFar: soFar, losses };
  });
}

/** The newest message of a partition; null when it is not an event or has been removed meanwhile. */
async function readNewest(reader: StreamReader, extent: Extent | undefined): Promise<EventEnvelope | null> {
  if (extent === undefined || extent.next === extent.first) return null;
  const newest = extent.next - 1n;
  for await (const batch of reader.read(extent.partition, newest)) {
    const delivery = batch.find(({ offset }) => offset >= newest);
    if (delivery) return delivery.offset === newest ? readEvent(extent.partition, delivery).envelope : null;
  }
  return null;
}

async function countEvents(
  pool: Pool,
  stream: StreamName,
  found: readonly { partition: string; newest: EventEnvelope | null }[],
): Promise<(partition: string) => Pick<RefillStep, 'inPostgres' | 'inPostgresSoFar'>> {
  const known = found.flatMap(({ partition, newest }) => (newest ? [{ partition, newest }] : []));
  const { positions, rows } = await transaction(pool, async (tx) => {
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    const at = await tx.query<{ partition: string; position: number }>(POSITIONS, [
      known.map(({ partition }) => partition),
      known.map(({ newest }) => newest.partitionkey),
      known.map(({ newest }) => newest.sequence),
    ]);
    const after = at.rows.map(({ position }) => position + 1).toSorted((a, b) => a - b);
    const counted = await tx.query<Count>(COUNTS, [stream, after]);
    return { positions: new Map(at.rows.map((each) => [each.partition, each.position])), rows: counted.rows };
  });
  const bounds = [...positions.values()].toSorted((a, b) => a - b);
  const counts = new Map<string, { inPostgres: number; inPostgresSoFar: number }>();
  for (const { aggregateId, place, events } of rows) {
    const partition = partitionFor(stream, aggregateId);
    const count = counts.get(partition) ?? { inPostgres: 0, inPostgresSoFar: 0 };
    const bound = positions.get(partition);
    count.inPostgres += events;
    if (bound === undefined || place <= bounds.indexOf(bound)) count.inPostgresSoFar += events;
    counts.set(partition, count);
  }
  return (partition) => counts.get(partition) ?? { inPostgres: 0, inPostgresSoFar: 0 };
}

interface Count {
  readonly aggregateId: string;
  /** The number of bounds below these events. */
  readonly place: number;
  readonly events: number;
}

/**
 * Throws `refused` if Postgres has fewer events of a partition than the partition holds now or has lost: a refilled partition has
 * only what Postgres has, so the other events would be lost permanently.
 */
export function refuseNewLosses(steps: readonly RefillStep[]): void {
  const problems = steps.flatMap(({ partition, messages, inPostgresSoFar, losses }) => {
    const incomplete = losses.filter(({ gone }) => gone > 0);
    return [
      ...(messages > BigInt(inPostgresSoFar)
        ? [`${partition} holds ${messages} messages and Postgres has ${inPostgresSoFar} of them`]
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
