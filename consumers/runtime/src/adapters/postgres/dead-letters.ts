import { createHash } from 'node:crypto';
import type { Pool } from '@gavel/postgres/pool';
import type { Transaction } from '@gavel/postgres/transaction';
import type { DeadLetter, QueueDeadLetter } from '../../application/dead-letter.ts';

/** Most bytes of bodies in one statement: Postgres refuses a gigabyte, and bodies double in size on the way. */
const STATEMENT_BYTES = 8 * 1024 * 1024;
/** Limits, in characters, of texts that the runtime creates. Headers and body are stored in full. */
const MAX_ERROR = 8_000;
const MAX_STACK = 32_000;
/** The column is indexed, and an index row holds at most 2,704 bytes. A subject's token is far shorter. */
const MAX_AGGREGATE_ID = 255;

/**
 * The conflict target for "the same message at the same offset"; in a recreated stream the offset holds another message.
 * The index dead_letters_place_and_message is defined in the same way.
 */
export const SAME_MESSAGE = `(consumer, stream_partition, stream_offset,
  (coalesce(event_id::text, md5(headers::text) || md5(body)))) WHERE stream_offset IS NOT NULL`;

/**
 * Parks messages, whatever bytes they hold. A message that is parked already stays as it is, unless this transaction has
 * just recorded its event as handled: then the dead letter owns that record (see lockDeadLetter) and is parked again, even
 * after a redrive. A discarded dead letter stays discarded.
 */
export async function park(
  tx: Transaction,
  consumer: string,
  partition: string,
  deadLetters: readonly DeadLetter[],
): Promise<void> {
  let part: DeadLetter[] = [];
  let bytes = 0;
  for (const deadLetter of deadLetters) {
    part.push(deadLetter);
    bytes += deadLetter.body.length;
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
  deadLetters: readonly DeadLetter[],
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
      deadLetters.map(({ offset }) => offset),
      ...columns(deadLetters.map(toRow)),
    ],
  });
}

/** Parks a message of a queue. The same message is parked once, however often the queue delivers it. */
export async function parkQueueMessage(
  tx: Transaction,
  consumer: string,
  queue: string,
  deadLetter: QueueDeadLetter,
): Promise<void> {
  await tx.query({
    name: 'park-queue-message',
    text: `INSERT INTO dead_letters (consumer, stream_partition, message_key, event_id, event_type, aggregate_id,
             headers, body, reason, error, stack, attempts, trace_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
           ON CONFLICT (consumer, message_key) WHERE message_key IS NOT NULL AND status = 'parked'
             DO UPDATE SET parked_at = excluded.parked_at`,
    values: [consumer, queue, messageKey(deadLetter), ...toRow(deadLetter)],
  });
}

/** Which of the aggregates have a parked event. */
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

/** How many events of a consumer are parked. */
export async function countParked(pool: Pool, consumer: string): Promise<number> {
  const { rows } = await pool.query<{ parked: number }>(
    "SELECT count(*)::integer AS parked FROM dead_letters WHERE consumer = $1 AND status = 'parked'",
    [consumer],
  );
  return rows[0]?.parked ?? 0;
}

/** The columns that dead letters of streams and queues have in common, from event_id to trace_id. */
function toRow(deadLetter: QueueDeadLetter): readonly unknown[] {
  return [
    deadLetter.eventId ?? null,
    storable(deadLetter.eventType),
    storable(deadLetter.aggregateId, MAX_AGGREGATE_ID),
    JSON.stringify(storableHeaders(deadLetter.headers)),
    Buffer.from(deadLetter.body),
    deadLetter.reason,
    storable(deadLetter.error, MAX_ERROR),
    storable(deadLetter.stack, MAX_STACK),
    deadLetter.attempts,
    deadLetter.traceId ?? null,
  ];
}

function columns(rows: readonly (readonly unknown[])[]): unknown[][] {
  return (rows[0] ?? []).map((_, i) => rows.map((row) => row[i]));
}

/** Two deliveries of the same message to a queue have nothing in common but headers and body. */
function messageKey({ headers, body }: QueueDeadLetter): Buffer {
  const hash = createHash('sha256');
  for (const name of Object.keys(headers).sort()) hash.update(`${name}\u0000${headers[name]}\u0000`);
  return hash.update(body).digest();
}

/** Replaces what a foreign client can put into a header and Postgres refuses in a text: NUL and halves of surrogate pairs. */
function storable(text: string | undefined, max = Number.POSITIVE_INFINITY): string | null {
  return text === undefined ? null : text.slice(0, max).toWellFormed().replaceAll('\u0000', '\ufffd');
}

function storableHeaders(headers: Readonly<Record<string, string>>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [storable(name), storable(value)]),
  );
}
