import type { Pool } from '@gavel/postgres/pool';

/** Tells the outbox that what its relay had found lost in these partitions is back. */
export async function settleLost(pool: Pool, partitions: readonly string[]): Promise<void> {
  const { rows } = await pool.query<{ kept: boolean }>(
    "SELECT to_regclass('outbox_lost') IS NOT NULL AS kept",
  );
  // An outbox of an older schema keeps no such record.
  if (rows[0]?.kept !== true) return;
  await pool.query(
    'UPDATE outbox_lost SET refilled_at = clock_timestamp() WHERE partition = ANY ($1) AND refilled_at IS NULL',
    [partitions],
  );
}
