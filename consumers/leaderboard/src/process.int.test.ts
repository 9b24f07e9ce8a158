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
    REDIS_URL: producer.urls.redisUrl,
    REDIS_PREFIX: `test-${randomUUID()}:`,
  });

  it('migrates, reads, reports its status, finishes on SIGTERM and continues from its checkpoint', async () => {
    const port = await freePort();
    const run = promisify(execFile);
    const migrated = await run(process.execPath, [program('main.ts'), 'migrate'], { env: environment(port) });
    expect(migrated.stdout).toContain('leaderboard/0001-leaderboards.sql');

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
        const { rows } = await database.pool.query(
          'SELECT sum(bid_count)::int8 AS total_bids FROM auction_bidders WHERE user_id = $1',
          [userId],
        );
        expect(rows).toEqual([{ total_bids: bids }]);
      });
      const status = (await (await fetch(`http://127.0.0.1:${port}/status`)).json()) as {
        partitions: unknown[];
      };
      expect(status).toMatchObject({ consumer: 'leaderboard' });
      expect(status.partitions).toHaveLength(4);
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    }
  });
});
