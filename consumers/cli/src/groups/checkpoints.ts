import type { Pool } from '@gavel/postgres/pool';
import type { Transaction } from '@gavel/postgres/transaction';

/** The last offset a group has committed in a partition; null before the first. */
export interface Checkpoint {
  readonly partition: string;
  readonly offset: bigint | null;
  /** What marks the message there (consumer runtime, `messageFingerprint`); null when nobody wrote it down. */
  readonly mark: string | null;
  readonly updatedAt: Date;
}

const CHECKPOINTS = `SELECT stream_partition AS partition, last_offset AS "offset",
  CASE WHEN seen_offset = last_offset THEN seen_message END AS mark, updated_at AS "updatedAt"
  FROM checkpoints WHERE consumer = $1 ORDER BY stream_partition`;

export async function readCheckpoints(pool: Pool, group: string): Promise<Map<string, Checkpoint>> {
  const { rows } = await pool.query<Checkpoint>(CHECKPOINTS, [group]);
  return new Map(rows.map((row) => [row.partition, row]));
}

/** The same under lock, made where missing: until the end of the transaction no member of the group commits anything. */
export async function lockCheckpoints(
  tx: Transaction,
  group: string,
  partitions: readonly string[],
): Promise<Map<string, Checkpoint>> {
  await tx.query(
    `INSERT INTO checkpoints (consumer, stream_partition) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING`,
    [group, partitions],
  );
  const { rows } = await tx.query<Checkpoint & { partition: string }>(`${CHECKPOINTS} FOR UPDATE`, [group]);
  return new Map(rows.map((row) => [row.partition, row]));
}

/**
 * Puts checkpoints where they shall be. The rows must be locked. Forgets the marks of the messages there, so that a group
 * that refuses its place goes on after it was put to the same number, whatever is stored there by now.
 */
export async function setCheckpoints(
  tx: Transaction,
  group: string,
  places: readonly { readonly partition: string; readonly offset: bigint | null }[],
): Promise<void> {
  await tx.query(
    `UPDATE checkpoints c SET last_offset = place.last_offset, seen_offset = NULL, seen_message = NULL, updated_at = now()
     FROM unnest($2::text[], $3::bigint[]) AS place (partition, last_offset)
     WHERE c.consumer = $1 AND c.stream_partition = place.partition`,
    [group, places.map(({ partition }) => partition), places.map(({ offset }) => offset)],
  );
}
