import type { Pool } from '@gavel/postgres/pool';

/** After an ending, or after a mail was sent or given up. Longer than streams keep events. */
const FINISHED_DAYS = 30;
/** For notifications, and for items whose ending never arrived. */
const LONGEST_DAYS = 365;
const BATCH = 1_000;

/**
 * Deletes items that ended long ago (with their bidders and watches), mails that were finished long ago, and notifications
 * older than a year. Works in batches, each in a transaction of its own and found by an index. Several instances may run it
 * at the same time.
 */
export async function forgetOld(pool: Pool): Promise<void> {
  await inBatches(pool, FINISHED_DAYS, ['auctions', 'item_id', 'ended_at']);
  await inBatches(pool, LONGEST_DAYS, ['auctions', 'item_id', 'first_seen_at', 'ended_at IS NULL']);
  await inBatches(pool, FINISHED_DAYS, ['mails', 'notification_id', 'settled_at']);
  await inBatches(pool, LONGEST_DAYS, ['notifications', 'id', 'created_at']);
}

async function inBatches(
  pool: Pool,
  days: number,
  [table, key, age, which = 'true']: readonly [table: string, key: string, age: string, which?: string],
): Promise<void> {
  const sql = `DELETE FROM ${table} WHERE ${key} IN (
    SELECT ${key} FROM ${table} WHERE ${which} AND ${age} < now() - make_interval(days => $1) LIMIT $2)`;
  for (let deleted = BATCH; deleted === BATCH; ) {
    deleted = (await pool.query(sql, [days, BATCH])).rowCount ?? 0;
  }
}
