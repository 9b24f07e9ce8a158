import type { Pool } from '@gavel/postgres/pool';

/** Longer than any event is kept, delayed or parked before somebody looks. Notifications stay. */
const KEPT_DAYS = 30;
const BATCH = 1_000;

/** Forgets who bid on what ended long ago, and mails that were settled long ago, a few rows at a time. */
export async function forgetEnded(pool: Pool): Promise<void> {
  await inBatches(
    pool,
    `DELETE FROM auctions WHERE item_id IN (
       SELECT item_id FROM auctions WHERE ended_at < now() - make_interval(days => $1) LIMIT $2)`,
  );
  await inBatches(
    pool,
    `DELETE FROM mails WHERE notification_id IN (
       SELECT notification_id FROM mails WHERE settled_at < now() - make_interval(days => $1) LIMIT $2)`,
  );
}

async function inBatches(pool: Pool, sql: string): Promise<void> {
  for (let deleted = BATCH; deleted === BATCH; ) {
    deleted = (await pool.query(sql, [KEPT_DAYS, BATCH])).rowCount ?? 0;
  }
}
