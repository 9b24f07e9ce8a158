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
  readonly reason: string;
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

/** The dead letters of one database, oldest first; with `settled` also those that were redriven or discarded. */
export async function listDeadLettersIn(
  pool: Pool,
  filter: { readonly group?: string | undefined; readonly settled?: boolean | undefined },
): Promise<DeadLetterSummary[]> {
  const { rows } = await pool.query<DeadLetterSummary>(
    `SELECT ${SUMMARY} FROM dead_letters
     WHERE ($1::text IS NULL OR consumer = $1) AND ($2 OR status = 'parked') ORDER BY id`,
    [filter.group ?? null, filter.settled === true],
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

/** The number of events of a group that are parked now. */
export async function countParked(pool: Pool, group: string): Promise<number> {
  const { rows } = await pool.query<{ parked: number }>(
    "SELECT count(*)::integer AS parked FROM dead_letters WHERE consumer = $1 AND status = 'parked'",
    [group],
  );
  return rows[0]?.parked ?? 0;
}

/** Marks a parked event as discarded and keeps its record. Returns false if it is not parked. */
export async function discardDeadLetter(pool: Pool, id: bigint): Promise<boolean> {
  const { rowCount } = await pool.query(
    "UPDATE dead_letters SET status = 'discarded', settled_at = now() WHERE id = $1 AND status = 'parked'",
    [id],
  );
  return rowCount === 1;
}

/** Where a dead letter's message came from: `gavel.bids-2@17`, or the name of a queue. */
export function sourceOf({ partition, offset }: DeadLetterSummary): string {
  return offset === null ? partition : `${partition}@${offset}`;
}
