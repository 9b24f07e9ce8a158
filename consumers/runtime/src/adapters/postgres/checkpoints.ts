import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import {
  type Checkpoint,
  type CheckpointMove,
  type CommitStrategy,
  type MoveOutcome,
  NO_CHECKPOINT,
} from '../../application/checkpoint.ts';

/**
 * How long a frozen member may hold its locks: the member that takes over its partition waits for them. Longer than a
 * handler pauses between two statements, shorter than the pool's 30 s for a statement.
 */
const IDLE_LIMIT_MS = 8_000;
/**
 * A longer wait for a lock fails as a conflict, which no event causes, and not as work that takes too long. Longer than a
 * frozen member's locks last, shorter than the pool's 30 s for a statement.
 */
const LOCK_WAIT_MS = 15_000;

/** Reads a consumer's checkpoint in a partition, and creates its row if it is missing. */
export async function readCheckpoint(pool: Pool, consumer: string, partition: string): Promise<Checkpoint> {
  await pool.query(
    'INSERT INTO checkpoints (consumer, stream_partition) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [consumer, partition],
  );
  // Postgres changes a row's xmin with each write, even a manual one and one that writes the same values.
  const { rows } = await pool.query<Checkpoint>(
    `SELECT last_offset AS "offset", CASE WHEN seen_offset = last_offset THEN seen_message END AS fingerprint,
       xmin::text AS version
     FROM checkpoints WHERE consumer = $1 AND stream_partition = $2`,
    [consumer, partition],
  );
  return rows[0] ?? NO_CHECKPOINT;
}

/** The last offset that a consumer has committed in each partition; null before the first. */
export async function readOffsets(pool: Pool, consumer: string): Promise<ReadonlyMap<string, bigint | null>> {
  const { rows } = await pool.query<{ partition: string; offset: bigint | null }>({
    name: 'read-offsets',
    text: 'SELECT stream_partition AS partition, last_offset AS "offset" FROM checkpoints WHERE consumer = $1',
    values: [consumer],
  });
  return new Map(rows.map(({ partition, offset }) => [partition, offset]));
}

/**
 * Compare-and-set. The row stays locked until the end of the transaction, so that two instances run one after the other.
 *
 * The version is compared and not only the offset: a frozen member could otherwise find the offset that it left in a partition that
 * was recreated meanwhile, where other members have come to the same offset, and skip an event (`make model` shows the steps).
 */
export async function moveCheckpoint(tx: Transaction, move: CheckpointMove): Promise<MoveOutcome> {
  const { rows } = await tx.query<{ version: string }>({
    name: 'move-checkpoint',
    text: `UPDATE checkpoints SET last_offset = $4, seen_offset = $4, seen_message = $5, updated_at = now()
           WHERE consumer = $1 AND stream_partition = $2 AND last_offset IS NOT DISTINCT FROM $3
             AND xmin::text = coalesce($8, xmin::text)
             AND set_config('idle_in_transaction_session_timeout', $6, true) IS NOT NULL
             AND set_config('lock_timeout', $7, true) IS NOT NULL
           RETURNING xmin::text AS version`,
    values: [
      move.consumer,
      move.partition,
      move.from.offset,
      move.to,
      move.fingerprint ?? null,
      String(IDLE_LIMIT_MS),
      String(LOCK_WAIT_MS),
      move.from.version,
    ],
  });
  const [moved] = rows;
  return moved === undefined ? { kind: 'overtaken' } : { kind: 'moved', version: moved.version };
}

/** Commits effect and offset in one transaction, see decision-checkpoints-in-postgres.md. */
export function commitTogether(pool: Pool): CommitStrategy {
  return (move, effect) =>
    transaction(pool, async (tx) => {
      const outcome = await moveCheckpoint(tx, move);
      if (outcome.kind === 'moved') await effect(tx);
      return outcome;
    });
}
