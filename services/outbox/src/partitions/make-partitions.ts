import type { Pool } from '@gavel/postgres/pool';

/** This many partitions are kept ready above the newest id: 750,000 events with the usual size. */
const AHEAD = 3;

// One beyond the last partition, the newest id drawn, and the highest that had no partition.
const STATE = `
SELECT (SELECT last_value FROM outbox_id_seq)::float8 AS newest,
       (SELECT max(substring(pg_get_expr(c.relpartbound, c.oid) FROM $$TO \\('(\\d+)'\\)$$)::bigint)
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'outbox'::regclass)::float8 AS bound,
       greatest((SELECT max(id) FROM outbox_default), (SELECT max(high_id) FROM outbox_claims_default))::float8 AS spilled`;
const LOCK_TIMEOUT = `SET LOCAL lock_timeout = '200ms'`;

/**
 * Makes the partitions of the next ids, in all three tables. Returns the names of those made.
 *
 * CREATE TABLE … PARTITION OF would lock the parent against inserts; a table made first and attached after does not
 * (SHARE UPDATE EXCLUSIVE). Attaching also locks the default partition, which nobody inserts into as long as this works,
 * and checks that none of its rows belong to the new one: ranges that spilled into it are stepped over.
 */
export async function makePartitions(pool: Pool, rows: number): Promise<string[]> {
  const { rows: found } = await pool.query<{ newest: number; bound: number; spilled: number | null }>(STATE);
  const state = found[0];
  if (!state) return [];
  // Ids beyond the last partition are in the default one, or drawn and on their way there.
  const spilled = Math.max(state.newest, state.spilled ?? 0);
  let from = spilled < state.bound ? state.bound : spilled + rows;
  const made: string[] = [];
  for (; from < state.newest + AHEAD * rows; from += rows) {
    await makeOne(pool, from, from + rows);
    made.push(`outbox_${from}`);
  }
  return made;
}

async function makeOne(pool: Pool, from: number, to: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(LOCK_TIMEOUT);
    // Bounds are numbers computed here. The unique index has to be each partition's own: over the whole table it
    // would have to contain the id. Gapless sequences are the aggregate's lock's doing; this catches a mistake there.
    await client.query(`
      CREATE TABLE outbox_${from} (LIKE outbox INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES);
      CREATE UNIQUE INDEX ON outbox_${from} (aggregate_id, sequence);
      ALTER TABLE outbox ATTACH PARTITION outbox_${from} FOR VALUES FROM (${from}) TO (${to});
      CREATE TABLE outbox_claims_${from} (LIKE outbox_claims INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES);
      ALTER TABLE outbox_claims ATTACH PARTITION outbox_claims_${from} FOR VALUES FROM (${from}) TO (${to});
      CREATE TABLE outbox_marks_${from} (LIKE outbox_marks INCLUDING CONSTRAINTS INCLUDING INDEXES);
      ALTER TABLE outbox_marks ATTACH PARTITION outbox_marks_${from} FOR VALUES FROM (${from}) TO (${to})`);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
