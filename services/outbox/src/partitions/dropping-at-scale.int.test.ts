import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outboxMigrations } from '../migrations.ts';
import { readBacklog } from '../relay/backlog.ts';
import { dropPartitions } from './drop-partitions.ts';
import { makePartitions } from './make-partitions.ts';

// To measure at another scale: ROWS=10000000 vitest run services/outbox/src/partitions/dropping-at-scale.int.test.ts
const ROWS = Number(process.env.ROWS ?? 50_000);
const PARTITIONS = 10;
const PER_PARTITION = ROWS / PARTITIONS;
// The migration creates the first range.
const FIRST = 250_000;
const LIMIT_MS = 60_000 + ROWS / 10;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase([outboxMigrations]);
});
afterAll(() => database.drop());

const one = async <T extends object>(sql: string): Promise<T> =>
  (await database.pool.query<T>(sql)).rows[0] as T;
const bytes = async (): Promise<number> =>
  (
    await one<{ n: number }>(
      `SELECT sum(pg_total_relation_size(oid))::float8 AS n FROM pg_class WHERE relname ~ '^outbox' AND relkind = 'r'`,
    )
  ).n;
const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  const start = performance.now();
  const result = await work();
  process.stderr.write(`[outbox, ${ROWS} rows] ${what}: ${(performance.now() - start).toFixed(1)} ms\n`);
  return result;
};

describe('many published rows', () => {
  it(
    'are dropped as whole partitions without dead rows, and reading the backlog stays cheap',
    async () => {
      const empty = await bytes();
      await database.pool.query('SELECT setval($1, $2)', ['outbox_id_seq', FIRST - 1]);
      const client = await database.pool.connect();
      await client.query('SET statement_timeout = 0');
      await timed('written', async () => {
        for (let n = 0; n <= PARTITIONS; n++) {
          await makePartitions(database.pool, PER_PARTITION);
          // The last partition gets one row. Its claim stores the progress of the reader, so it stays.
          await client.query(
            `INSERT INTO outbox (event_id, type, subject, stream, aggregate_id, sequence, time, body)
           SELECT gen_random_uuid(), 'bids.v1.BidPlaced', 'gavel.bids.bid_placed.a' || $1, 'gavel.bids', 'a' || $1, n, now(),
                  '\\x${'00'.repeat(100)}'
           FROM generate_series(1, $2::int) AS n`,
            [n, n === PARTITIONS ? 1 : PER_PARTITION],
          );
        }
      });
      const backlog = await timed('backlog read, none claimed', () => readBacklog(database.pool));
      expect(backlog.events).toBe(ROWS + 1);
      expect(backlog.oldestSeconds).toBeGreaterThan(0);
      await client.query(
        `INSERT INTO outbox_claims (epoch, high_id, first_position, last_position, ids, gap_low, gap_high)
       SELECT 1, max(id), min(id) - ${FIRST - 1}, max(id) - ${FIRST - 1}, array_agg(id ORDER BY id), '{}', '{}'
       FROM outbox GROUP BY (id - ${FIRST}) / 1000 ORDER BY 2`,
      );
      await client.query(`UPDATE outbox_relay SET published_position = ${ROWS + 1}`);
      client.release();
      expect((await timed('backlog read, all published', () => readBacklog(database.pool))).events).toBe(0);
      const full = await bytes();
      const dropped = await timed('dropped', () => dropPartitions(database.pool, 0));
      expect(dropped).toHaveLength(PARTITIONS + 1);
      process.stderr.write(
        `[outbox, ${ROWS} rows] bytes: ${empty} empty, ${full} full, ${await bytes()} after\n`,
      );
      // The partitions for the next ids, each with a few empty pages.
      expect(await bytes()).toBeLessThan(empty + 1_000_000);
      const { dead } = await one<{ dead: bigint }>(
        `SELECT coalesce(sum(n_dead_tup), 0)::bigint AS dead FROM pg_stat_user_tables WHERE relname ~ '^outbox(_claims)?_[0-9d]'`,
      );
      expect(dead).toBe(0n);
    },
    LIMIT_MS,
  );
});
