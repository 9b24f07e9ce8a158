import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import { findIdRange } from './id-range.ts';

/** Rows that one statement reads: a few tenths of a second. */
const BLOCK = 200_000;

/** A traceparent is `00-<trace id>-<span id>-<flags>` (W3C Trace Context). */
const IN_OUTBOX = `SELECT event_id AS id FROM outbox WHERE id >= $1 AND id < $2 AND substr(traceparent, 4, 32) = $3 ORDER BY id`;
const SET_ASIDE = `
SELECT event_id AS id FROM outbox_set_aside
WHERE substr(traceparent, 4, 32) = $1 AND set_aside_at >= $2 AND event_id <> ALL ($3::uuid[]) ORDER BY position`;

/**
 * The ids of the events that an outbox has of one trace, in the order in which they were appended: those appended since a moment,
 * and those set aside since then. An outbox has no index on traces, so it reads every row since that moment.
 * @param traceId 32 hexadecimal digits in lower case
 */
export async function findEventsOfTrace(pool: Pool, traceId: string, since: Date): Promise<string[]> {
  const range = await transaction(pool, (tx) => findIdRange(tx, { from: since }));
  const found: string[] = [];
  for (let low = range?.low ?? 0; range !== undefined && low < range.high; low += BLOCK) {
    const values = [low, Math.min(low + BLOCK, range.high), traceId];
    found.push(...(await transaction(pool, (tx) => readBlock(tx, values))));
  }
  const { rows } = await pool.query<{ id: string }>(SET_ASIDE, [traceId, since, found]);
  return [...found, ...rows.map(({ id }) => id)];
}

async function readBlock(tx: Transaction, values: readonly unknown[]): Promise<string[]> {
  // Ranges of ids use the primary key, as in the relay.
  await tx.query('SET LOCAL jit = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off');
  const { rows } = await tx.query<{ id: string }>(IN_OUTBOX, [...values]);
  return rows.map(({ id }) => id);
}
