import type { Transaction } from '@gavel/postgres/transaction';
import type { ParkReason } from '../../application/dead-letter.ts';

/** A parked letter, locked for the rest of the transaction. */
export interface StoredLetter {
  readonly id: bigint;
  readonly streamOffset: bigint;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly reason: ParkReason;
  /** The first parked letter of the same aggregate before this one. */
  readonly earlier: bigint | null;
  /** Whether the record of its event as handled is what parking it wrote; null where there is no record. */
  readonly ownsClaim: boolean | null;
}

interface Row {
  id: bigint;
  stream_offset: bigint;
  headers: Record<string, string>;
  body: Buffer;
  reason: ParkReason;
  earlier: bigint | null;
  owns_claim: boolean | null;
}

// Offsets of two streams of one name say nothing about which came first, an aggregate's sequence does. Letters of one
// transaction have ids in the order of their offsets.
const POSITION = (letter: string): string =>
  `(coalesce(substring(${letter}.headers->>'cloudEvents_sequence' FROM '^[0-9]{1,19}$')::numeric, 0), ${letter}.id)`;

/**
 * Locks a parked letter; undefined when there is none. Its partition's checkpoint is locked before, which is the order
 * of a consumer's own transaction, so the two take turns and cannot deadlock.
 */
export async function lockLetter(
  tx: Transaction,
  consumer: string,
  letterId: bigint,
): Promise<StoredLetter | undefined> {
  await tx.query(
    `SELECT 1 FROM checkpoints c JOIN dead_letters l USING (consumer, stream_partition)
     WHERE l.id = $1 AND l.consumer = $2 FOR UPDATE OF c`,
    [letterId, consumer],
  );
  const { rows } = await tx.query<Row>(
    `SELECT id, stream_offset, headers, body, reason,
       (SELECT e.id FROM dead_letters e
        WHERE e.consumer = l.consumer AND e.aggregate_id = l.aggregate_id AND e.status = 'parked'
          AND e.stream_partition = l.stream_partition AND e.stream_offset IS NOT NULL
          AND ${POSITION('e')} < ${POSITION('l')}
        ORDER BY ${POSITION('e')} LIMIT 1) AS earlier,
       (SELECT p.processed_at = l.parked_at FROM processed_events p
        WHERE (p.consumer, p.event_id) = (l.consumer, l.event_id)) AS owns_claim
     FROM dead_letters l WHERE id = $1 AND consumer = $2 AND status = 'parked' FOR UPDATE`,
    [letterId, consumer],
  );
  const row = rows[0];
  return row && { ...row, streamOffset: row.stream_offset, ownsClaim: row.owns_claim };
}

/** Records what became of one more try. */
export async function settleLetter(
  tx: Transaction,
  letterId: bigint,
  result: { status: 'redriven' } | { status: 'parked'; error: string },
): Promise<void> {
  await tx.query(
    `UPDATE dead_letters SET status = $2, attempts = attempts + 1, error = coalesce($3, error),
       settled_at = CASE WHEN $2 = 'parked' THEN NULL ELSE now() END
     WHERE id = $1`,
    [
      letterId,
      result.status,
      result.status === 'parked' ? result.error.replaceAll('\u0000', '\ufffd') : null,
    ],
  );
}
