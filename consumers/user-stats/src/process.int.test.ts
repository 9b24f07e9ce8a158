import { randomUUID } from 'node:crypto';
import { itRunsAsProcess, useStreamProgram } from '@gavel/consumer-runtime/testing/consumer-program';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import { bidMessage } from '@gavel/consumer-runtime/testing/foreign-producer';
import type { Pool } from '@gavel/postgres/pool';
import { describe, expect, it } from 'vitest';

async function readTotalBids(pool: Pool, userId: string): Promise<bigint | undefined> {
  const { rows } = await pool.query<{ total_bids: bigint }>(
    'SELECT total_bids FROM user_stats WHERE user_id = $1',
    [userId],
  );
  return rows[0]?.total_bids;
}

describe('the consumer as a process', () => {
  const program = useStreamProgram(new URL('main.ts', import.meta.url));
  const bidder = randomUUID();
  itRunsAsProcess(program, {
    name: 'user-stats',
    migration: 'user-stats/0001-user-stats.sql',
    nextEvent: () => bidMessage({ itemId: randomUUID(), userId: bidder }, 1),
    readCount: (pool) => readTotalBids(pool, bidder),
  });

  it('commits the current batch when SIGTERM arrives during it', async () => {
    const { database, producer } = program;
    const userId = randomUUID();
    await database.pool.query(
      'INSERT INTO user_stats (user_id, total_bids, last_bid_at, total_amount) VALUES ($1, 1, now(), 100)',
      [userId],
    );
    // A lock that its transaction has to wait for.
    const holder = await database.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM user_stats WHERE user_id = $1 FOR UPDATE', [userId]);
      const { url, child, ended } = await program.start();
      const bid = bidMessage({ itemId: randomUUID(), userId }, 1);
      await producer.send(bid.partition, [bid]);
      await eventually(async () => {
        const { rows } = await database.pool.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(rows).toHaveLength(1);
      });
      child.kill('SIGTERM');
      // The process has received SIGTERM, and still runs to finish its batch.
      await eventually(async () => {
        const answer = await fetch(`${url}/readyz`).catch(() => undefined);
        expect(answer?.status).not.toBe(200);
      });
      expect(child.exitCode).toBeNull();
      await holder.query('COMMIT');
      expect(await ended).toEqual([0, null]);
    } finally {
      holder.release();
    }
    expect(await readTotalBids(database.pool, userId)).toBe(2n);
  });
});
