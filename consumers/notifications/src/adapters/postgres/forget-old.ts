import type { Pool } from '@gavel/postgres/pool';

/** After an ending, a sending: longer than any event is kept, delayed or parked before somebody looks. */
const SETTLED_DAYS = 30;
/** Of a notification, and of an item whose ending was never heard of. */
const LONGEST_DAYS = 365;
const BATCH = 1_000;

/**
 * Forgets who bid on what ended long ago (the bidders go with their item), mails that were settled long ago, and
 * notifications of a year ago. A few rows at a time, each batch a transaction of its own, found by an index on the age;
 * any number of instances may do it at once.
 */
export async function forgetOld(pool: Pool): Promise<void> {
  await inBatches(pool, SETTLED_DAYS, ['auctions', 'item_id', 'ended_at']);
  await inBatches(pool, LONGEST_DAYS, ['auctions', 'item_id', 'first_seen_at', 'ended_at IS NULL']);
  await inBatches(pool, SETTLED_DAYS, ['mails', 'notification_id', 'settled_at']);
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
