import type { ParkReason } from '@gavel/consumer-runtime/park-reasons';
import type { Pool } from '@gavel/postgres/pool';

/** A dead letter as `gavel dead-letters ls` shows it. */
export interface DeadLetterSummary {
  readonly id: bigint;
  readonly group: string;
  /** A partition or a work queue. */
  readonly partition: string;
  /** Null for a message of a work queue. */
  readonly offset: bigint | null;
  readonly eventId: string | null;
  readonly type: string | null;
  readonly aggregateId: string | null;
  readonly reason: ParkReason;
  readonly error: string;
  readonly attempts: number;
  readonly status: 'parked' | 'redriven' | 'discarded';
  readonly parkedAt: Date;
}

/** A dead letter in full. */
export interface DeadLetter extends DeadLetterSummary {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly stack: string | null;
  readonly traceId: string | null;
  /** When it was redriven or discarded. */
  readonly settledAt: Date | null;
}

const SUMMARY = `id, consumer AS "group", stream_partition AS partition, stream_offset AS "offset", event_id AS "eventId",
  event_type AS type, aggregate_id AS "aggregateId", reason, error, attempts, status, parked_at AS "parkedAt"`;

/** Which dead letters of one database are meant. What is not given selects all. */
export interface DeadLetterFilter {
  readonly group?: string | undefined;
  readonly reason?: ParkReason | undefined;
  /** The type of the event, for example bids.v1.BidPlaced. */
  readonly type?: string | undefined;
  readonly aggregate?: string | undefined;
  /** Parked at or after this moment … */
  readonly since?: Date | undefined;
  /** … and before this one. */
  readonly until?: Date | undefined;
  /** Also those that were redriven or discarded. */
  readonly settled?: boolean | undefined;
}

/** One page: ids above `after` and up to `last`, at most `limit` of them. */
export interface PageRange {
  readonly after?: bigint | undefined;
  readonly last?: bigint | undefined;
  readonly limit: number;
}

const SELECTED = `($1::text IS NULL OR consumer = $1) AND ($2 OR status = 'parked') AND ($3::text IS NULL OR reason = $3)
  AND ($4::text IS NULL OR event_type = $4) AND ($5::text IS NULL OR aggregate_id = $5)
  AND ($6::timestamptz IS NULL OR parked_at >= $6) AND ($7::timestamptz IS NULL OR parked_at < $7)`;

function valuesOf({ group, settled, reason, type, aggregate, since, until }: DeadLetterFilter): unknown[] {
  return [group, settled === true, reason, type, aggregate, since, until].map((value) => value ?? null);
}

/** One page of the dead letters of one database, oldest first. */
export async function listDeadLettersIn(
  pool: Pool,
  filter: DeadLetterFilter,
  { after, last, limit }: PageRange,
): Promise<DeadLetterSummary[]> {
  const { rows } = await pool.query<DeadLetterSummary>(
    `SELECT ${SUMMARY} FROM dead_letters
     WHERE ${SELECTED} AND id > $8 AND ($9::bigint IS NULL OR id <= $9) ORDER BY id LIMIT $10`,
    [...valuesOf(filter), after ?? 0n, last ?? null, limit],
  );
  return rows;
}

/** Dead letters of one database that have group, reason and type in common. */
export interface DeadLetterCount {
  readonly group: string;
  readonly reason: ParkReason;
  readonly type: string | null;
  readonly events: number;
  /** When the first and the last of them were parked. */
  readonly oldest: Date;
  readonly newest: Date;
  readonly lastId: bigint;
}

/** Counts the dead letters of one database. */
export async function countDeadLettersIn(pool: Pool, filter: DeadLetterFilter): Promise<DeadLetterCount[]> {
  const { rows } = await pool.query<DeadLetterCount>(
    `SELECT consumer AS "group", reason, event_type AS type, count(*)::integer AS events, min(parked_at) AS oldest,
       max(parked_at) AS newest, max(id) AS "lastId"
     FROM dead_letters WHERE ${SELECTED} GROUP BY consumer, reason, event_type ORDER BY consumer, reason, event_type`,
    valuesOf(filter),
  );
  return rows;
}

export async function findDeadLetter(pool: Pool, id: bigint): Promise<DeadLetter | undefined> {
  const { rows } = await pool.query<DeadLetter>(
    `SELECT ${SUMMARY}, headers, body, stack, trace_id AS "traceId", settled_at AS "settledAt" FROM dead_letters WHERE id = $1`,
    [id],
  );
  return rows[0];
}

/** Where a dead letter's message came from: `gavel.bids-2@17`, or the name of a queue. */
export function sourceOf({ partition, offset }: DeadLetterSummary): string {
  return offset === null ? partition : `${partition}@${offset}`;
}
