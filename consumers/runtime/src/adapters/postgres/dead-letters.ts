import type { Pool } from '@gavel/postgres/pool';
import type { Transaction } from '@gavel/postgres/transaction';
import type { DeadLetter } from '../../application/dead-letter.ts';
import { MAX_AGGREGATE_ID, MAX_ERROR, MAX_STACK, storable, storableHeaders } from './storable-text.ts';

/** One statement carries about this much, as Postgres takes none of a gigabyte and bodies double on their way. */
const STATEMENT_BYTES = 8 * 1024 * 1024;

/**
 * The same message at the same place, and only that: in a stream that was made anew an offset is another message's. For an
 * `ON CONFLICT` clause; the index dead_letters_place_and_message says the same.
 */
export const SAME_MESSAGE = `(consumer, stream_partition, stream_offset,
  (coalesce(event_id::text, md5(headers::text) || md5(body)))) WHERE stream_offset IS NOT NULL`;

/**
 * Parks messages, whatever bytes they hold. One that is parked already stays as it is, unless its event was claimed anew
 * by this transaction: then the claim is the letter's (see lockLetter), also where an earlier try had settled it. What
 * somebody has discarded stays discarded.
 */
export async function park(
  tx: Transaction,
  consumer: string,
  partition: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  let part: DeadLetter[] = [];
  let bytes = 0;
  for (const letter of letters) {
    part.push(letter);
    bytes += letter.body.length;
    if (bytes < STATEMENT_BYTES) continue;
    await parkTogether(tx, consumer, partition, part);
    part = [];
    bytes = 0;
  }
  if (part.length > 0) await parkTogether(tx, consumer, partition, part);
}

async function parkTogether(
  tx: Transaction,
  consumer: string,
  partition: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  await tx.query({
    name: 'park-dead-letters',
    text: `INSERT INTO dead_letters (consumer, stream_partition, stream_offset, event_id, event_type, aggregate_id,
             headers, body, reason, error, stack, attempts, trace_id)
           SELECT $1, $2, * FROM unnest($3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::jsonb[], $8::bytea[],
             $9::text[], $10::text[], $11::text[], $12::integer[], $13::text[])
           ON CONFLICT ${SAME_MESSAGE} DO UPDATE
             SET status = 'parked', settled_at = NULL, parked_at = excluded.parked_at, reason = excluded.reason,
               error = excluded.error, stack = excluded.stack, attempts = excluded.attempts
             WHERE dead_letters.status <> 'discarded'
               AND (dead_letters.status = 'redriven' OR excluded.reason IN ('handler_failed', 'waits_for_earlier'))`,
    values: [
      consumer,
      partition,
      letters.map((letter) => letter.offset),
      letters.map((letter) => letter.eventId ?? null),
      letters.map((letter) => storable(letter.eventType)),
      letters.map((letter) => storable(letter.aggregateId, MAX_AGGREGATE_ID)),
      letters.map((letter) => JSON.stringify(storableHeaders(letter.headers))),
      letters.map((letter) => Buffer.from(letter.body)),
      letters.map((letter) => letter.reason),
      letters.map((letter) => storable(letter.error, MAX_ERROR)),
      letters.map((letter) => storable(letter.stack, MAX_STACK)),
      letters.map((letter) => letter.attempts),
      letters.map((letter) => letter.traceId ?? null),
    ],
  });
}

/** Those of some aggregates that a parked event blocks. */
export async function blockedAggregates(
  tx: Transaction,
  consumer: string,
  aggregateIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await tx.query<{ aggregate_id: string }>({
    name: 'blocked-aggregates',
    text: `SELECT DISTINCT aggregate_id FROM dead_letters
           WHERE consumer = $1 AND status = 'parked' AND aggregate_id = ANY ($2::text[])`,
    values: [consumer, aggregateIds.map((id) => storable(id, MAX_AGGREGATE_ID))],
  });
  return new Set(rows.map((row) => row.aggregate_id));
}

/** How many events of a consumer are parked now. */
export async function countParked(pool: Pool, consumer: string): Promise<number> {
  const { rows } = await pool.query<{ parked: number }>(
    "SELECT count(*)::integer AS parked FROM dead_letters WHERE consumer = $1 AND status = 'parked'",
    [consumer],
  );
  return rows[0]?.parked ?? 0;
}
