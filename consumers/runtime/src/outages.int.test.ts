import { randomUUID } from 'node:crypto';
import type { Infrastructure } from '@gavel/dev/infrastructure';
import { startTestInfrastructure } from '@gavel/dev/testing/private-infrastructure';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { connectForeignClient } from '@gavel/rabbitmq/testing/foreign-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consumerRuntimeMigrations } from './consumer-process.ts';
import { type RunningConsumer, startConsumer } from './start-consumer.ts';
import { eventually } from './testing/eventually.ts';
import { bidMessage, openForeignProducer } from './testing/foreign-producer.ts';
import { appliedSequences, createAppliedTable, recordingConsumer } from './testing/recording-consumer.ts';

describe('outages under a stream consumer', () => {
  let infrastructure: Infrastructure;
  let database: TestDatabase;
  let streamUrl: string;
  let consumer: RunningConsumer;
  let second: RunningConsumer;
  const itemId = randomUUID();
  const { partition } = bidMessage({ itemId, userId: itemId }, 1);
  let published = 0;

  beforeAll(async () => {
    infrastructure = await startTestInfrastructure();
    database = await createTestDatabase([consumerRuntimeMigrations], infrastructure.urls.postgresUrl);
    await createAppliedTable(database.pool);
    const producer = await openForeignProducer(infrastructure.urls);
    streamUrl = producer.urls.streamUrl;
    await producer.client.close();
    const start = () =>
      startConsumer({
        definition: recordingConsumer({ laterEvents: 'wait' }),
        pool: database.pool,
        streamUrl,
      });
    consumer = start();
    second = start();
  });

  afterAll(async () => {
    await Promise.all([consumer?.stop(), second?.stop()]);
    await database?.drop();
    await infrastructure?.stop();
  });

  const servers = () => {
    if (infrastructure.servers === undefined) throw new Error('expected servers of our own');
    return infrastructure.servers;
  };

  /** The public client does not reconnect: each call uses a new one, and retries until the broker has taken everything. */
  const publish = async (count: number) => {
    const bids = Array.from({ length: count }, (_, i) =>
      bidMessage({ itemId, userId: itemId }, published + i + 1),
    );
    const { client, publisher } = await eventually(async () => {
      const client = await connectForeignClient(streamUrl);
      try {
        return { client, publisher: await client.declarePublisher({ stream: partition }) };
      } catch (error) {
        await client.close().catch(() => undefined);
        throw error;
      }
    });
    for (const bid of bids) await publisher.send(bid.body, { applicationProperties: bid.properties });
    await publisher.flush();
    published += count;
    await client.close();
  };

  /** Two members share the partitions. */
  const healthy = () =>
    eventually(() => {
      const partitions = [consumer, second].flatMap((member) => member.check().partitions);
      expect(partitions.map(({ state }) => state).sort()).toEqual([
        ...Array(4).fill('running'),
        ...Array(4).fill('standby'),
      ]);
    });

  /** Throws as soon as the member that reads the partition notices; the other member cannot notice. */
  const checkMembers = () => [consumer, second].map((member) => member.check());

  const allApplied = () =>
    eventually(async () =>
      expect(await appliedSequences(database.pool, itemId)).toEqual(
        Array.from({ length: published }, (_, i) => i + 1),
      ),
    );

  it('the broker is killed and restarted while events flow: nothing is lost or applied twice', async () => {
    await publish(100);
    await allApplied();
    await servers().rabbitmq.kill();
    await eventually(() => expect(checkMembers).toThrow());
    await servers().rabbitmq.start();
    await publish(100);
    await allApplied();
    await healthy();
  }, 120_000);

  it('the database is killed and restarted while events flow: nothing is lost or applied twice', async () => {
    await publish(50);
    await servers().postgres.kill();
    try {
      await publish(50);
      await eventually(() => expect(checkMembers).toThrow());
    } finally {
      await servers().postgres.start();
    }
    await allApplied();
    await healthy();
  }, 120_000);

  it('a broker that hangs is noticed, and reading continues when it answers again', async () => {
    const { pid } = servers().rabbitmq;
    if (pid === null) throw new Error('expected a running broker');
    await healthy();
    process.kill(pid, 'SIGSTOP');
    try {
      await eventually(() => expect(checkMembers).toThrow());
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await publish(10);
    await allApplied();
    await healthy();
  }, 120_000);

  it('a wrong password is reported and retried until it is right', async () => {
    const wrong = new URL(streamUrl);
    wrong.password = 'wrong';
    const locked = startConsumer({
      definition: recordingConsumer({ laterEvents: 'wait' }, undefined, 'locked-out'),
      pool: database.pool,
      streamUrl: wrong.href,
    });
    await eventually(() => expect(locked.status().partitions[0]?.problem).toContain('authentication failed'));
    await locked.stop();
  });
});
