import type { Transaction } from '@gavel/postgres/transaction';
import type { ParkReason } from '../../application/dead-letter.ts';

/** A parked dead letter, locked for the rest of the transaction. */
export interface StoredDeadLetter {
  readonly id: bigint;
  readonly streamOffset: bigint;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly reason: ParkReason;
  /** The first parked dead letter of the same aggregate before this one. */
  readonly earlier: bigint | null;
  /** Whether the record of its event as handled was written when it was parked; null when there is no record. */
  readonly ownsClaim: boolean | null;
}

// Offsets of a stream and of its recreated successor cannot be compared, an aggregate's sequence can. Dead letters of one
// transaction have ids in the order of their offsets.
const ORDER = (table: string): string =>
  `(coalesce(substring(${table}.headers->>'cloudEvents_sequence' FROM '^[0-9]{1,19}$')::numeric, 0), ${table}.id)`;

/**
 * Locks a parked dead letter; undefined if there is none. The checkpoint of its partition is locked first. A consumer's own
 * transaction locks in the same order, so the two run one after the other and cannot deadlock.
 */
export async function lockDeadLetter(
  tx: Transaction,
  consumer: string,
  id: bigint,
): Promise<StoredDeadLetter | undefined> {
  await tx.query(
    `SELECT 1 FROM checkpoints c JOIN dead_letters l USING (consumer, stream_partition)
     WHERE l.id = $1 AND l.consumer = $2 FOR UPDATE OF c`,
    [id, consumer],
  );
  const { rows } = await tx.query<StoredDeadLetter>(
    `SELECT id, stream_offset AS "streamOffset", headers, body, reason,
       (SELECT e.id FROM dead_letters e
        WHERE e.consumer = l.consumer AND e.aggregate_id = l.aggregate_id AND e.status = 'parked'
          AND e.stream_partition = l.stream_partition AND e.stream_offset IS NOT NULL
          AND ${ORDER('e')} < ${ORDER('l')}
        ORDER BY ${ORDER('e')} LIMIT 1) AS earlier,
       (SELECT p.processed_at = l.parked_at FROM processed_events p
        WHERE (p.consumer, p.event_id) = (l.consumer, l.event_id)) AS "ownsClaim"
     FROM dead_letters l WHERE id = $1 AND consumer = $2 AND status = 'parked' FOR UPDATE`,
    [id, consumer],
  );
  return rows[0];
}

/** Records the result of a redrive: one more attempt, and the new error or the end of the dead letter. */
export async function recordRedrive(
  tx: Transaction,
  id: bigint,
  result: { status: 'redriven' } | { status: 'parked'; error: string },
): Promise<void> {
  await tx.query(
    `UPDATE dead_letters SET status = $2, attempts = attempts + 1, error = coalesce($3, error),
       settled_at = CASE WHEN $2 = 'parked' THEN NULL ELSE now() END
     WHERE id = $1`,
    [id, result.status, result.status === 'parked' ? result.error.replaceAll('\u0000', '\ufffd') : null],
  );
}

/** Replaces the body of a dead letter that was redriven with this one. */
export async function recordEdit(tx: Transaction, id: bigint, body: Uint8Array): Promise<void> {
  await tx.query('UPDATE dead_letters SET body = $2 WHERE id = $1', [id, Buffer.from(body)]);
}
