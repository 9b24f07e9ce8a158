import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import type {
  Checkpoint,
  CheckpointMove,
  CommitStrategy,
  MoveOutcome,
} from '../../application/checkpoint.ts';

/** Where a consumer stands in a partition; makes the row when there is none. */
export async function readCheckpoint(pool: Pool, consumer: string, partition: string): Promise<Checkpoint> {
  await pool.query(
    'INSERT INTO checkpoints (consumer, stream_partition) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [consumer, partition],
  );
  // Postgres gives a row another xmin with each write, also with one that changes nothing, and by hand.
  const { rows } = await pool.query<{ last_offset: bigint | null; mark: string | null; version: string }>(
    `SELECT last_offset, CASE WHEN seen_offset = last_offset THEN seen_message END AS mark, xmin::text AS version
     FROM checkpoints WHERE consumer = $1 AND stream_partition = $2`,
    [consumer, partition],
  );
  const [row] = rows;
  return { offset: row?.last_offset ?? null, mark: row?.mark ?? null, version: row?.version ?? null };
}

/**
 * A member that freezes inside its transaction holds its locks, and who takes its partition over waits for them: so long
 * at most. Longer than any handler may pause between two statements, shorter than the pool's own 30 s.
 */
const FROZEN_MS = 8_000;
/**
 * What waits longer for somebody's lock fails as a conflict, which is no event's fault, and not as work that takes too long.
 * Longer than a frozen member's locks last, shorter than the pool's 30 s a statement.
 */
const LOCK_WAIT_MS = 15_000;

/** Compare-and-set. Holds the row's lock until the transaction ends, so that two instances take turns. */
export async function moveCheckpoint(tx: Transaction, move: CheckpointMove): Promise<MoveOutcome> {
  const { rowCount } = await tx.query({
    name: 'move-checkpoint',
    text: `UPDATE checkpoints SET last_offset = $4, seen_offset = $4, seen_message = $5, updated_at = now()
           WHERE consumer = $1 AND stream_partition = $2 AND last_offset IS NOT DISTINCT FROM $3
             AND set_config('idle_in_transaction_session_timeout', $6, true) IS NOT NULL
             AND set_config('lock_timeout', $7, true) IS NOT NULL`,
    values: [
      move.consumer,
      move.partition,
      move.from,
      move.to,
      move.mark ?? null,
      String(FROZEN_MS),
      String(LOCK_WAIT_MS),
    ],
  });
  return rowCount === 1 ? 'moved' : 'overtaken';
}

/** Effect and offset in one transaction (promise 6). */
export function commitTogether(pool: Pool): CommitStrategy {
  return (move, effect) =>
    transaction(pool, async (tx) => {
      const outcome = await moveCheckpoint(tx, move);
      if (outcome === 'moved') await effect(tx);
      return outcome;
    });
}
