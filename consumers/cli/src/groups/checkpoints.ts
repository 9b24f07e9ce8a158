import { type Checkpoint, readCheckpoints } from '@gavel/consumer-runtime/read-checkpoints';
import type { Transaction } from '@gavel/postgres/transaction';

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
  return readCheckpoints(tx, group, { lock: true });
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
