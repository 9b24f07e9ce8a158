import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import {
  bidMessage,
  type ForeignProducer,
  openForeignProducer,
} from '@gavel/consumer-runtime/testing/foreign-producer';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { freePort } from '@gavel/service-runtime/testing/free-port';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

describe('the consumer as a process', () => {
  let database: TestDatabase;
  let producer: ForeignProducer;
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    [database, producer] = await Promise.all([createTestDatabase([]), openForeignProducer()]);
  });
  afterAll(async () => {
    child?.kill('SIGKILL');
    await producer?.close();
    await database?.drop();
  });

  const environment = (port: number) => ({
    ...process.env,
    LOG_LEVEL: 'info',
    PORT: String(port),
    DATABASE_URL: database.url,
    STREAM_URL: producer.urls.streamUrl,
  });

  it('migrates, reads, reports its status, finishes on SIGTERM and continues from its checkpoint', async () => {
    const port = await freePort();
    const run = promisify(execFile);
    const migrated = await run(process.execPath, [program('main.ts'), 'migrate'], { env: environment(port) });
    expect(migrated.stdout).toContain('user-stats/0001-user-stats.sql');

    const userId = randomUUID();
    for (const bids of [1n, 2n]) {
      child = spawn(process.execPath, [program('main.ts')], {
        env: environment(port),
        stdio: 'ignore',
      });
      const ended = once(child, 'exit');
      await eventually(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200));
      const bid = bidMessage({ itemId: randomUUID(), userId }, 1);
      await producer.send(bid.partition, [bid]);
      await eventually(async () => {
        const { rows } = await database.pool.query('SELECT total_bids FROM user_stats WHERE user_id = $1', [
          userId,
        ]);
        expect(rows).toEqual([{ total_bids: bids }]);
      });
      const status = (await (await fetch(`http://127.0.0.1:${port}/status`)).json()) as {
        partitions: unknown[];
      };
      expect(status).toMatchObject({ consumer: 'user-stats' });
      expect(status.partitions).toHaveLength(4);
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    }
  });

  it('commits the current batch when SIGTERM arrives during it', async () => {
    const port = await freePort();
    const userId = randomUUID();
    await database.pool.query(
      'INSERT INTO user_stats (user_id, total_bids, last_bid_at, total_amount) VALUES ($1, 1, now(), 100)',
      [userId],
    );
    // What its transaction has to wait for.
    const holder = await database.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM user_stats WHERE user_id = $1 FOR UPDATE', [userId]);
      child = spawn(process.execPath, [program('main.ts')], { env: environment(port), stdio: 'ignore' });
      const ended = once(child, 'exit');
      await eventually(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200));
      const bid = bidMessage({ itemId: randomUUID(), userId }, 1);
      await producer.send(bid.partition, [bid]);
      await eventually(async () => {
        const { rows } = await database.pool.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(rows).toHaveLength(1);
      });
      child.kill('SIGTERM');
      // It has heard of it, and still lives for its batch.
      await eventually(async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
        expect(answer?.status).not.toBe(200);
      });
      expect(child.exitCode).toBeNull();
      await holder.query('COMMIT');
      expect(await ended).toEqual([0, null]);
    } finally {
      holder.release();
    }
    const { rows } = await database.pool.query('SELECT total_bids FROM user_stats WHERE user_id = $1', [
      userId,
    ]);
    expect(rows).toEqual([{ total_bids: 2n }]);
  });
});
