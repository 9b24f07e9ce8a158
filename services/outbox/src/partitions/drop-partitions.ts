import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';

// Dropping a partition needs a short lock on the parent table, and inserts wait behind a session that waits for it. So it
// waits at most this long; the next check tries again.
const LOCK_TIMEOUT = `SET LOCAL lock_timeout = '100ms'`;

// The lowest id that may be unpublished: in a gap, claimed but above the watermark, or not read yet.
const PUBLISHED_BELOW = `
WITH newest AS (SELECT high_id, gap_low FROM outbox_claims ORDER BY last_position DESC LIMIT 1),
pending AS (
  SELECT min(id) AS id FROM outbox_relay r JOIN outbox_claims c ON c.last_position > r.published_position
  CROSS JOIN LATERAL unnest(c.ids) AS id)
SELECT least(newest.high_id, (SELECT min(low) FROM unnest(newest.gap_low) AS low), pending.id)::float8 AS "publishedBelow"
FROM newest, pending`;

const PARTITIONS = `
SELECT c.relname AS name,
       substring(pg_get_expr(c.relpartbound, c.oid) FROM $$TO \\('(\\d+)'\\)$$)::float8 AS "to"
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'outbox'::regclass AND c.relname <> 'outbox_default'
ORDER BY 2`;

/**
 * Drops the partitions, oldest first, whose rows are all published and older than the retention, with their claims and the
 * times of their confirms. Returns the names of the dropped partitions. Throws a lock timeout when the table is too busy.
 */
export async function dropPartitions(pool: Pool, retentionSeconds: number): Promise<string[]> {
  const { rows: found } = await pool.query<{ publishedBelow: number }>(PUBLISHED_BELOW);
  const publishedBelow = found[0]?.publishedBelow ?? 0;
  const { rows: partitions } = await pool.query<{ name: string; to: number }>(PARTITIONS);
  const dropped: string[] = [];
  for (const { name, to } of partitions) {
    // The newest claim stores the progress of the reader, so the partition that contains it must stay.
    if (to > publishedBelow || !(await isOld(pool, name, retentionSeconds))) break;
    await dropOne(pool, name);
    dropped.push(name);
  }
  if (await emptyDefault(pool, publishedBelow, retentionSeconds)) dropped.push('outbox_default');
  return dropped;
}

/** Empties the default partitions by TRUNCATE. They hold rows only if no relay made partitions in time. */
async function emptyDefault(pool: Pool, publishedBelow: number, retentionSeconds: number): Promise<boolean> {
  const highest = `SELECT greatest((SELECT max(id) FROM outbox_default), (SELECT max(high_id) FROM outbox_claims_default),
    (SELECT max(high_id) FROM outbox_marks_default))::float8 AS id`;
  const { rows } = await pool.query<{ id: number | null }>(highest);
  const id = rows[0]?.id;
  if (id === null || id === undefined || id >= publishedBelow) return false;
  if (!(await isOld(pool, 'outbox_default', retentionSeconds))) return false;
  if (!(await isOld(pool, 'outbox_marks_default', retentionSeconds, 'confirmed_at', 'high_id'))) return false;
  return await locked(pool, async (tx) => {
    const tables = 'outbox_default, outbox_claims_default, outbox_marks_default';
    await tx.query(`LOCK TABLE ${tables} IN ACCESS EXCLUSIVE MODE`);
    const { rows: now } = await tx.query<{ id: number | null }>(highest);
    if (now[0]?.id !== id) return false;
    await tx.query(`TRUNCATE ${tables}`);
    return true;
  });
}

/** Ids grow with time, apart from transactions that overlap, so the age of the last row is the age of the partition. */
async function isOld(
  pool: Pool,
  name: string,
  retentionSeconds: number,
  time = 'created_at',
  id = 'id',
): Promise<boolean> {
  const { rows } = await pool.query<{ old: boolean }>(
    `SELECT coalesce((SELECT ${time} FROM ${name} ORDER BY ${id} DESC LIMIT 1)
       < clock_timestamp() - make_interval(secs => $1), true) AS old`,
    [retentionSeconds],
  );
  return rows[0]?.old === true;
}

async function dropOne(pool: Pool, name: string): Promise<void> {
  const [claims, marks] = ['claims', 'marks'].map((what) => name.replace('outbox_', `outbox_${what}_`));
  await locked(pool, async (tx) => {
    await tx.query(`DROP TABLE ${name}, ${claims}`);
    // A partition that an older version made has no table of confirm times. They are in the default partition.
    await tx.query(`DROP TABLE IF EXISTS ${marks}`);
  });
}

function locked<T>(pool: Pool, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return transaction(pool, async (tx) => {
    await tx.query(LOCK_TIMEOUT);
    return work(tx);
  });
}
