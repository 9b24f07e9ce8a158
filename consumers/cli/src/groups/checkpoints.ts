import type { Pool } from '@gavel/postgres/pool';
import type { Transaction } from '@gavel/postgres/transaction';

/** The checkpoint of a group in one partition. */
export interface Checkpoint {
  readonly partition: string;
  /** The last offset that the group has committed; null before the first. */
  readonly offset: bigint | null;
  /** The fingerprint of the message at that offset (`messageFingerprint`); null if none is stored. */
  readonly fingerprint: string | null;
  readonly updatedAt: Date;
}

const CHECKPOINTS = `SELECT stream_partition AS partition, last_offset AS "offset",
  CASE WHEN seen_offset = last_offset THEN seen_message END AS fingerprint, updated_at AS "updatedAt"
  FROM checkpoints WHERE consumer = $1 ORDER BY stream_partition`;

export async function readCheckpoints(pool: Pool, group: string): Promise<Map<string, Checkpoint>> {
  const { rows } = await pool.query<Checkpoint>(CHECKPOINTS, [group]);
  return new Map(rows.map((row) => [row.partition, row]));
}

/**
 * Creates missing checkpoints and locks all of them. Until the end of the transaction no member of the group can commit
 * anything.
 */
export async function lockCheckpoints(
  tx: Transaction,
  group: string,
  partitions: readonly string[],
): Promise<Map<string, Checkpoint>> {
  await tx.query(
    `INSERT INTO checkpoints (consumer, stream_partition) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING`,
    [group, partitions],
  );
  const { rows } = await tx.query<Checkpoint>(`${CHECKPOINTS} FOR UPDATE`, [group]);
  return new Map(rows.map((row) => [row.partition, row]));
}

/**
 * Sets checkpoints. The rows must be locked. The fingerprints are removed: a group that refused to continue because another
 * message is at its offset may continue after a seek, even to the same offset.
 */
export async function setCheckpoints(
  tx: Transaction,
  group: string,
  targets: readonly { readonly partition: string; readonly offset: bigint | null }[],
): Promise<void> {
  await tx.query(
    `UPDATE checkpoints c SET last_offset = target.last_offset, seen_offset = NULL, seen_message = NULL, updated_at = now()
     FROM unnest($2::text[], $3::bigint[]) AS target (partition, last_offset)
     WHERE c.consumer = $1 AND c.stream_partition = target.partition`,
    [group, targets.map(({ partition }) => partition), targets.map(({ offset }) => offset)],
  );
}
