import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { managementRequest } from '@gavel/dev/infrastructure/rabbitmq-management';
import { EVENTS_EXCHANGE } from '@gavel/proto/topology';
import amqp from 'amqplib';
import { afterEach, describe, expect, it } from 'vitest';
import { pauseGroup, resumeGroup } from '../consumer-group.ts';
import {
  type RunningQueueConsumer,
  type StartQueueConsumerOptions,
  startQueueConsumer,
} from '../start-queue-consumer.ts';
import { useConsumerFixture } from '../testing/consumer-fixture.ts';
import { type ContractConsumer, recordingQueueConsumer } from '../testing/consumer-modes.ts';
import { eventually } from '../testing/eventually.ts';
import { bidMessage, type EventMessage } from '../testing/foreign-producer.ts';
import { appliedSequences } from '../testing/recording-consumer.ts';
import { publishToExchange } from '../testing/topic-publisher.ts';

describe('a queue consumer', () => {
  const fixture = useConsumerFixture();
  const running: RunningQueueConsumer[] = [];

  afterEach(async () => {
    await Promise.all(running.splice(0).map((consumer) => consumer.stop()));
  });

  const start = async (consumer: ContractConsumer, options: Partial<StartQueueConsumerOptions> = {}) => {
    const { pool } = fixture.database;
    const { amqpUrl } = fixture.producer.urls;
    const definition = recordingQueueConsumer(consumer);
    const started = startQueueConsumer({ pool, amqpUrl, ...options, definition });
    running.push(started);
    await eventually(() => started.check());
    return started;
  };

  const publish = (...bids: EventMessage[]) =>
    publishToExchange(
      fixture.producer.urls.amqpUrl,
      bids.map(({ envelope, properties, body }) => ({
        subject: envelope.subject,
        headers: properties,
        body,
      })),
    );

  const bidsOf = (itemId: string, count: number) =>
    Array.from({ length: count }, (_, i) => bidMessage({ itemId, userId: randomUUID() }, i + 1));

  /** Asks the broker how many messages a queue of the test's virtual host holds. */
  const depth = async (queue: string): Promise<number> => {
    const connection = await amqp.connect(fixture.producer.urls.amqpUrl);
    try {
      const channel = await connection.createChannel();
      return (await channel.checkQueue(queue)).messageCount;
    } finally {
      await connection.close();
    }
  };

  const child = (env: Record<string, string> = {}) =>
    spawn(
      process.execPath,
      [fileURLToPath(new URL('../testing/crashing-queue-consumer.ts', import.meta.url))],
      {
        env: {
          ...process.env,
          DATABASE_URL: fixture.database.url,
          AMQP_URL: fixture.producer.urls.amqpUrl,
          ...env,
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );

  /** Resolves when the child process has printed the word. Its log goes to the same output. */
  const said = async (output: Readable, word: string) => {
    for await (const line of createInterface({ input: output })) if (line === word) return;
    throw new Error(`ended without printing ${word}`);
  };

  /** Takes the first message and breaks the connection, the given number of times. */
  const dieOf = async (queue: string, times: number) => {
    for (let i = 0; i < times; i++) {
      const connection = await amqp.connect(fixture.producer.urls.amqpUrl);
      const channel = await connection.createChannel();
      await channel.prefetch(1);
      const taken = Promise.withResolvers<unknown>();
      await channel.consume(queue, taken.resolve);
      await taken.promise;
      await connection.close();
    }
  };

  /** In numeric order: messages of a dead consumer are delivered again after others, so a queue promises no order. */
  const applied = async (itemId: string, consumer: string) =>
    (await appliedSequences(fixture.database.pool, itemId, consumer)).toSorted((a, b) => a - b);

  it('an event is applied once, even if its consumer is killed between commit and acknowledgement', async () => {
    const itemId = randomUUID();
    // Declares the queue, so that the events wait in it.
    await (await start({ name: 'crashing' })).stop();
    await publish(...bidsOf(itemId, 3));
    const victim = child();
    const ended = once(victim, 'exit');
    try {
      await said(victim.stdout, 'committed');
      expect(await applied(itemId, 'crashing')).toEqual([1]);
    } finally {
      victim.kill('SIGKILL');
      await ended;
    }
    await start({ name: 'crashing' });
    await eventually(async () => expect(await applied(itemId, 'crashing')).toEqual([1, 2, 3]));
    await eventually(async () => expect(await depth('gavel.crashing')).toBe(0));
  });

  it('an event that kills its consumer is parked after ten deaths, and no other event with it', async () => {
    const [good, poison] = [randomUUID(), randomUUID()];
    await (await start({ name: 'crashing' })).stop();
    await publish(...bidsOf(good, 3), ...bidsOf(poison, 1), ...bidsOf(good, 6).slice(3));
    // The event kills a process of its consumer again and again. Once only that event is left in the queue, this test takes it
    // itself and breaks the connection: the remaining deaths up to the limit of ten need no process, which takes half a second each.
    const deaths: number[] = [];
    do {
      const victim = child({ POISON: poison });
      const [code] = (await once(victim, 'exit')) as [number];
      deaths.push(code);
    } while (deaths.length < 9 && (await applied(good, 'crashing')).length < 6);
    expect(new Set(deaths)).toEqual(new Set([3]));
    await dieOf('gavel.crashing', 10 - deaths.length);
    await start({ name: 'crashing' });
    await eventually(async () => expect(await applied(good, 'crashing')).toEqual([1, 2, 3, 4, 5, 6]));
    const deadLetters = async () => {
      const { rows } = await fixture.database.pool.query(
        "SELECT aggregate_id, reason, error FROM dead_letters WHERE consumer = 'crashing'",
      );
      return rows;
    };
    const error = expect.stringMatching(/its consumer ended \d+ times/);
    await eventually(async () =>
      expect(await deadLetters()).toEqual([{ aggregate_id: poison, reason: 'handler_failed', error }]),
    );
    await eventually(async () => expect(await depth('gavel.crashing.parked')).toBe(1));
  });

  it('has at most as many unacknowledged messages as its prefetch', async () => {
    const release = Promise.withResolvers<void>();
    let most = 0;
    const consumer = await start(
      {
        name: 'bounded',
        before: async () => {
          most = Math.max(most, consumer.status().inHand);
          await release.promise;
        },
      },
      { prefetch: 5 },
    );
    const items = Array.from({ length: 60 }, () => randomUUID());
    await publish(...items.flatMap((itemId) => bidsOf(itemId, 1)));
    await eventually(() => expect(most).toBeGreaterThan(0));
    release.resolve();
    await eventually(async () => expect(await depth('gavel.bounded')).toBe(0));
    await eventually(() => expect(consumer.status().inHand).toBe(0));
    expect(most).toBeLessThanOrEqual(5);
    const { rows } = await fixture.database.pool.query(
      "SELECT count(*)::integer AS n FROM applied WHERE consumer = 'bounded'",
    );
    expect(rows).toEqual([{ n: 60 }]);
  });

  it('recreates its queue when somebody deletes it, and a lost retry queue too', async () => {
    const [before, after] = [randomUUID(), randomUUID()];
    let failures = 1;
    const consumer = await start({
      name: 'deleted',
      before: (events) => {
        if (events.some(({ body }) => body.itemId === after) && failures-- > 0) throw new Error('once');
      },
    });
    await publish(...bidsOf(before, 1));
    await eventually(async () => expect(await applied(before, 'deleted')).toEqual([1]));
    const vhost = new URL(fixture.producer.urls.amqpUrl).pathname.slice(1);
    for (const queue of ['gavel.deleted.retry.50', 'gavel.deleted']) {
      const path = `/api/queues/${vhost}/${queue}`;
      await managementRequest(fixture.producer.urls.managementUrl, 'DELETE', path);
    }
    await eventually(() => expect(() => consumer.check()).toThrow());
    await eventually(() => consumer.check());
    await publish(...bidsOf(after, 1));
    await eventually(async () => expect(await applied(after, 'deleted')).toEqual([1]));
  });

  it('receives events again within seconds after the topic exchange was deleted and declared again', async () => {
    const [before, after] = [randomUUID(), randomUUID()];
    await start({ name: 'unbound' });
    await publish(...bidsOf(before, 1));
    await eventually(async () => expect(await applied(before, 'unbound')).toEqual([1]));
    const { amqpUrl, managementUrl } = fixture.producer.urls;
    const vhost = new URL(amqpUrl).pathname.slice(1);
    await managementRequest(managementUrl, 'DELETE', `/api/exchanges/${vhost}/${EVENTS_EXCHANGE}`);
    // Publishing declares the exchange, and events that no queue takes are lost for this consumer.
    await eventually(async () => {
      await publish(...bidsOf(after, 1));
      expect((await applied(after, 'unbound')).length).toBeGreaterThan(0);
    });
  });

  it('takes no message while it is paused, also after a restart, and continues when it is resumed', async () => {
    const { pool } = fixture.database;
    const [before, during] = [randomUUID(), randomUUID()];
    const first = await start({ name: 'paused' });
    await publish(...bidsOf(before, 2));
    await eventually(async () => expect(await applied(before, 'paused')).toEqual([1, 2]));
    await pauseGroup(pool, 'paused');
    await eventually(() => expect(first.check().state).toBe('paused'));
    await publish(...bidsOf(during, 3));
    await eventually(async () => expect(await depth('gavel.paused')).toBe(3));
    await first.stop();

    const second = await start({ name: 'paused' });
    expect(second.status()).toMatchObject({ state: 'paused', inHand: 0 });
    // Another queue consumer receives what comes after: the paused one would have received it, too.
    await start({ name: 'not-paused' });
    await publish(...bidsOf(before, 3).slice(2));
    await eventually(async () => expect(await applied(before, 'not-paused')).toEqual([3]));
    expect(await depth('gavel.paused')).toBe(4);
    expect(await applied(during, 'paused')).toEqual([]);

    await resumeGroup(pool, 'paused');
    await eventually(async () => expect(await applied(during, 'paused')).toEqual([1, 2, 3]));
    await eventually(async () => expect(await applied(before, 'paused')).toEqual([1, 2, 3]));
    expect(second.check().state).toBe('running');
  });

  it('finishes what it had received when it is paused, and takes nothing after that', async () => {
    const { pool } = fixture.database;
    const itemId = randomUUID();
    const release = Promise.withResolvers<void>();
    const consumer = await start({ name: 'pause-late', before: () => release.promise });
    await publish(...bidsOf(itemId, 1));
    await eventually(() => expect(consumer.status().inHand).toBe(1));
    await pauseGroup(pool, 'pause-late');
    await eventually(() => expect(consumer.status().state).toBe('paused'));
    release.resolve();
    await eventually(async () => expect(await applied(itemId, 'pause-late')).toEqual([1]));
    await eventually(() => expect(consumer.status()).toMatchObject({ state: 'paused', inHand: 0 }));
    await resumeGroup(pool, 'pause-late');
    await publish(...bidsOf(itemId, 2).slice(1));
    await eventually(async () => expect(await applied(itemId, 'pause-late')).toEqual([1, 2]));
  });

  it('shares the work between two instances', async () => {
    const names = await Promise.all([start({ name: 'shared' }), start({ name: 'shared' })]);
    expect(names).toHaveLength(2);
    const items = Array.from({ length: 20 }, () => randomUUID());
    await publish(...items.flatMap((itemId) => bidsOf(itemId, 2)));
    for (const itemId of items) {
      await eventually(async () => expect((await applied(itemId, 'shared')).toSorted()).toEqual([1, 2]));
    }
  });
});
