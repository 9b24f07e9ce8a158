import type { Pool } from '@gavel/postgres/pool';

/** A dead letter as a list shows it. */
export interface LetterLine {
  readonly id: bigint;
  readonly group: string;
  /** A partition, or a work queue; only the former has offsets. */
  readonly partition: string;
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

/** All of it. */
export interface Letter extends LetterLine {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly stack: string | null;
  readonly traceId: string | null;
  readonly settledAt: Date | null;
}

const LINE = `id, consumer AS "group", stream_partition AS partition, stream_offset AS "offset", event_id AS "eventId",
  event_type AS type, aggregate_id AS "aggregateId", reason, error, attempts, status, parked_at AS "parkedAt"`;

/** Letters of one database, oldest first. */
export async function listLetters(
  pool: Pool,
  filter: { readonly group?: string | undefined; readonly settled?: boolean | undefined },
): Promise<LetterLine[]> {
  const { rows } = await pool.query<LetterLine>(
    `SELECT ${LINE} FROM dead_letters
     WHERE ($1::text IS NULL OR consumer = $1) AND ($2 OR status = 'parked') ORDER BY id`,
    [filter.group ?? null, filter.settled === true],
  );
  return rows;
}

export async function findLetter(pool: Pool, id: bigint): Promise<Letter | undefined> {
  const { rows } = await pool.query<Letter>(
    `SELECT ${LINE}, headers, body, stack, trace_id AS "traceId", settled_at AS "settledAt" FROM dead_letters WHERE id = $1`,
    [id],
  );
  return rows[0];
}

/** How many events of a group are parked now. */
export async function countParked(pool: Pool, group: string): Promise<number> {
  const { rows } = await pool.query<{ parked: number }>(
    "SELECT count(*)::integer AS parked FROM dead_letters WHERE consumer = $1 AND status = 'parked'",
    [group],
  );
  return rows[0]?.parked ?? 0;
}

/** Gives a parked event up; false when it is not parked. The record of it stays. */
export async function discardLetter(pool: Pool, id: bigint): Promise<boolean> {
  const { rowCount } = await pool.query(
    "UPDATE dead_letters SET status = 'discarded', settled_at = now() WHERE id = $1 AND status = 'parked'",
    [id],
  );
  return rowCount === 1;
}

/** Where a letter's message came from: `gavel.bids-2@17`, or the name of a queue. */
export function placeOf({ partition, offset }: LetterLine): string {
  return offset === null ? partition : `${partition}@${offset}`;
}
