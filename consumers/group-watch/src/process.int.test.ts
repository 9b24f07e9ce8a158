import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { queueNames } from '@gavel/consumer-runtime/queues';
import { startConsumer } from '@gavel/consumer-runtime/start-consumer';
import { useConsumerProgram } from '@gavel/consumer-runtime/testing/consumer-program';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import {
  bidMessage,
  type ForeignProducer,
  openForeignProducer,
} from '@gavel/consumer-runtime/testing/foreign-producer';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { databaseKey } from '@gavel/proto/process';
import { userStatsProcess } from '@gavel/user-stats-consumer/process';
import amqp from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchedConsumers } from './process.ts';

const PARTITION = 'gavel.bids-0';

describe('the watch over consumer groups as a process', { timeout: 180_000 }, () => {
  const databases = new Map<string, TestDatabase>();
  let producer: ForeignProducer;
  beforeAll(async () => {
    producer = await openForeignProducer();
    for (const { database } of watchedConsumers) {
      databases.set(database.name, await createTestDatabase([...database.migrations]));
    }
  });
  afterAll(async () => {
    for (const database of databases.values()) await database.drop();
    await producer.close();
  });
  const program = useConsumerProgram(new URL('main.ts', import.meta.url), () => ({
    NODE_OPTIONS: `--import ${fileURLToPath(import.meta.resolve('@gavel/observability/preload'))}`,
    GROUP_WATCH_SECONDS: '0.2',
    STREAM_URL: producer.urls.streamUrl,
    AMQP_URL: producer.urls.amqpUrl,
    ...Object.fromEntries(
      watchedConsumers.map(({ database }) => [
        databaseKey(database.name),
        databases.get(database.name)?.url ?? '',
      ]),
    ),
  }));

  it('shows the lag of a stream group and of a work queue after their members have left', async () => {
    const pool = databases.get(userStatsProcess.database.name)?.pool;
    if (pool === undefined) throw new Error('no database');
    const bids = (count: number) =>
      Array.from({ length: count }, () => bidMessage({ itemId: randomUUID(), userId: randomUUID() }, 1));
    const definition = await userStatsProcess.consumer();
    if (!('stream' in definition)) throw new Error('user-stats reads a stream');
    const consumer = startConsumer({ definition, pool, streamUrl: producer.urls.streamUrl });
    await producer.send(PARTITION, bids(2));
    const { url, child } = await program.start();
    const metrics = async () => (await fetch(`${url}/metrics`)).text();
    const lagOf = async (group: string) =>
      (await metrics())
        .split('\n')
        .filter((line) => line.startsWith('gavel_consumer_lag{') && line.includes(`"${group}"`))
        .map((line) => Number(line.split(' ').at(-1)))
        .reduce((sum, lag) => sum + lag, 0);
    // Nobody has ever run this group.
    await eventually(async () => expect(await lagOf('leaderboard')).toBe(2));

    await eventually(async () => {
      const { rows } = await pool.query<{ n: number }>(
        'SELECT count(*)::integer AS n FROM processed_events WHERE consumer = $1',
        ['user-stats'],
      );
      expect(rows).toEqual([{ n: 2 }]);
    });
    await consumer.stop();
    await producer.send(PARTITION, bids(5));
    await eventually(async () => {
      expect(await lagOf('user-stats')).toBe(5);
      expect(await lagOf('leaderboard')).toBe(7);
    });
    await producer.send('gavel.bids-3', bids(4));
    await eventually(async () => expect(await lagOf('user-stats')).toBe(9));

    const client = await amqp.connect(producer.urls.amqpUrl);
    const channel = await client.createConfirmChannel();
    const { main, retry } = queueNames('notifications');
    for (const [queue, messages] of [
      [main, 3],
      [retry(1_000), 1],
    ] as const) {
      await channel.assertQueue(queue, { durable: true });
      for (let n = 0; n < messages; n += 1) channel.sendToQueue(queue, Buffer.from('event'));
    }
    await channel.waitForConfirms();
    await client.close();
    await eventually(async () => expect(await lagOf('notifications')).toBe(4));
    child.kill('SIGTERM');
  });
});
