import { randomUUID } from 'node:crypto';
import type { Infrastructure } from '@gavel/dev/infrastructure';
import { startTestInfrastructure } from '@gavel/dev/testing/private-infrastructure';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consumerRuntimeMigrations } from '../consumer-process.ts';
import { type RunningQueueConsumer, startQueueConsumer } from '../start-queue-consumer.ts';
import { recordingQueueConsumer } from '../testing/consumer-modes.ts';
import { eventually } from '../testing/eventually.ts';
import { bidMessage } from '../testing/foreign-producer.ts';
import { appliedSequences, createAppliedTable } from '../testing/recording-consumer.ts';
import { publishToExchange } from '../testing/topic-publisher.ts';

describe('outages under a queue consumer', () => {
  let infrastructure: Infrastructure;
  let database: TestDatabase;
  let consumer: RunningQueueConsumer;
  const itemId = randomUUID();
  let published = 0;

  beforeAll(async () => {
    infrastructure = await startTestInfrastructure();
    database = await createTestDatabase([consumerRuntimeMigrations], infrastructure.urls.postgresUrl);
    await createAppliedTable(database.pool);
    consumer = startQueueConsumer({
      definition: recordingQueueConsumer({ name: 'outages' }),
      pool: database.pool,
      // A broker that hangs is then noticed within seconds; with the default it takes up to 15 s.
      amqpUrl: `${infrastructure.urls.amqpUrl}?heartbeat=1`,
      // Short, so that messages also go through the retry queues while the database is unavailable.
      holdMs: 300,
    });
  });

  afterAll(async () => {
    await consumer?.stop();
    await database?.drop();
    await infrastructure?.stop();
  });

  const servers = () => {
    if (infrastructure.servers === undefined) throw new Error('expected servers of our own');
    return infrastructure.servers;
  };

  /** Retries until the broker has taken everything. Sending the same events again is harmless. */
  const publish = async (count: number) => {
    const messages = Array.from({ length: count }, (_, i) => {
      const bid = bidMessage({ itemId, userId: itemId }, published + i + 1);
      return { subject: bid.envelope.subject, headers: bid.properties, body: bid.body };
    });
    await eventually(() => publishToExchange(infrastructure.urls.amqpUrl, messages));
    published += count;
  };

  const healthy = () => eventually(() => expect(() => consumer.check()).not.toThrow());
  const unhealthy = () => eventually(() => expect(() => consumer.check()).toThrow());

  const allApplied = () =>
    eventually(async () => {
      const applied = await appliedSequences(database.pool, itemId, 'outages');
      expect(applied.toSorted((a, b) => a - b)).toEqual(Array.from({ length: published }, (_, i) => i + 1));
    });

  const parked = async () => {
    const { rows } = await database.pool.query('SELECT id, error FROM dead_letters');
    return rows;
  };

  it('the broker is killed and restarted while events flow: nothing is lost, parked or applied twice', async () => {
    await healthy();
    await publish(100);
    await servers().rabbitmq.kill();
    await unhealthy();
    await servers().rabbitmq.start();
    await healthy();
    await publish(50);
    await allApplied();
    expect(await parked()).toEqual([]);
  }, 120_000);

  it('the database is killed and restarted while events flow: nothing is lost, parked or applied twice', async () => {
    await publish(50);
    await servers().postgres.kill();
    await publish(50);
    await unhealthy();
    await servers().postgres.start();
    await allApplied();
    await healthy();
    expect(await parked()).toEqual([]);
  }, 120_000);

  it('a broker that hangs is noticed, and work continues when it answers again', async () => {
    const { pid } = servers().rabbitmq;
    if (pid === null) throw new Error('expected a running broker');
    process.kill(pid, 'SIGSTOP');
    try {
      await unhealthy();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await publish(10);
    await allApplied();
    await healthy();
  }, 120_000);

  it('a wrong password is reported and retried until it is right', async () => {
    const wrong = new URL(infrastructure.urls.amqpUrl);
    wrong.password = 'wrong';
    const locked = startQueueConsumer({
      definition: recordingQueueConsumer({ name: 'locked-out' }),
      pool: database.pool,
      amqpUrl: wrong.href,
    });
    await eventually(() => expect(locked.status().problem).toMatch(/ACCESS.REFUSED/i));
    await locked.stop();
  });
});
