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

/** The checkpoints of a group by partition. With `lock`, no member can commit until the transaction ends. */
export async function readCheckpoints(
  database: Pick<Transaction, 'query'>,
  group: string,
  { lock = false } = {},
): Promise<Map<string, Checkpoint>> {
  const { rows } = await database.query<Checkpoint>(lock ? `${CHECKPOINTS} FOR UPDATE` : CHECKPOINTS, [
    group,
  ]);
  return new Map(rows.map((row) => [row.partition, row]));
}
