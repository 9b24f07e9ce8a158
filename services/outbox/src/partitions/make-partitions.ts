import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';

/** How many partitions exist above the newest id. With the default size they hold 750,000 events. */
const AHEAD = 3;

// The newest id that was drawn, the upper bound of the last partition, and the highest id in the default partitions.
const STATE = `
SELECT (SELECT last_value FROM outbox_id_seq)::float8 AS newest,
       (SELECT max(substring(pg_get_expr(c.relpartbound, c.oid) FROM $$TO \\('(\\d+)'\\)$$)::bigint)
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'outbox'::regclass)::float8 AS bound,
       greatest((SELECT max(id) FROM outbox_default), (SELECT max(high_id) FROM outbox_claims_default))::float8 AS spilled`;
const LOCK_TIMEOUT = `SET LOCAL lock_timeout = '200ms'`;

/**
 * Makes the partitions for the next ids, in all three tables. Returns the names of the new partitions of `outbox`.
 *
 * CREATE TABLE … PARTITION OF would lock the parent table against inserts. A table that is created first and attached afterwards
 * does not (SHARE UPDATE EXCLUSIVE). ATTACH also locks the default partition, which stays unused as long as partitions are made in
 * time, and checks that it has no row for the new partition. So ranges with rows in the default partition are skipped.
 *
 * @param rows ids per partition
 */
export async function makePartitions(pool: Pool, rows: number): Promise<string[]> {
  const { rows: found } = await pool.query<{ newest: number; bound: number; spilled: number | null }>(STATE);
  const state = found[0];
  if (!state) return [];
  // Ids above the last partition are in the default partition, or will be when their transactions insert them.
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
  await transaction(pool, async (tx) => {
    await tx.query(LOCK_TIMEOUT);
    // The bounds are numbers that were computed here. Each partition has its own unique index, because an index over the whole
    // table would have to include the id. The aggregate's row lock keeps sequences unique; the index catches mistakes.
    await tx.query(`
      CREATE TABLE outbox_${from} (LIKE outbox INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES);
      CREATE UNIQUE INDEX ON outbox_${from} (aggregate_id, sequence);
      ALTER TABLE outbox ATTACH PARTITION outbox_${from} FOR VALUES FROM (${from}) TO (${to});
      CREATE TABLE outbox_claims_${from} (LIKE outbox_claims INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES);
      ALTER TABLE outbox_claims ATTACH PARTITION outbox_claims_${from} FOR VALUES FROM (${from}) TO (${to});
      CREATE TABLE outbox_marks_${from} (LIKE outbox_marks INCLUDING CONSTRAINTS INCLUDING INDEXES);
      ALTER TABLE outbox_marks ATTACH PARTITION outbox_marks_${from} FOR VALUES FROM (${from}) TO (${to})`);
  });
}
