import { randomUUID } from 'node:crypto';
import { metric } from '@gavel/observability/attributes';
import { installMetricReader } from '@gavel/observability/testing/metric-reader';
import { afterAll, describe, expect, it } from 'vitest';
import type { EventMessage } from './testing/foreign-producer.ts';

// Before any instrument is created.
const reader = installMetricReader();
const { useConsumerFixture } = await import('./testing/consumer-fixture.ts');
const { recordingConsumer } = await import('./testing/recording-consumer.ts');
const { bidMessage } = await import('./testing/foreign-producer.ts');
const { eventually } = await import('./testing/eventually.ts');
const { startQueueConsumer } = await import('./start-queue-consumer.ts');
const { defineQueueConsumer } = await import('./define-queue-consumer.ts');
const { publishToExchange } = await import('./testing/topic-publisher.ts');
const { BidPlacedSchema } = await import('@gavel/proto/gen/bids/v1/events_pb');

describe('metrics of consumers, as a collector receives them', () => {
  const fixture = useConsumerFixture();
  afterAll(() => reader.close());

  const bids = (count: number): EventMessage[] =>
    Array.from({ length: count }, (_, i) =>
      bidMessage({ itemId: randomUUID(), userId: randomUUID() }, i + 1),
    );

  /** The points of a metric that belong to one consumer. */
  const points = async (name: string, consumer: string) =>
    ((await reader.read()).get(name)?.points ?? []).filter(
      ({ attributes }) => attributes['messaging.consumer.group.name'] === consumer,
    );
  const values = async (name: string, consumer: string) =>
    (await points(name, consumer)).map(({ value }) => value);

  it('of a stream consumer: messages and outcomes, durations, retries, rebalances, lag', async () => {
    const partition = 'gavel.bids-measured';
    await fixture.producer.client.createStream({ stream: partition, arguments: {} });
    await fixture.producer.send(partition, [...bids(9), { body: Buffer.from('?'), properties: {} }]);
    let isBroken = true;
    const definition = recordingConsumer(
      { laterEvents: 'continue', backOff: { firstMs: 1, maxMs: 2 } },
      () => {
        if (isBroken) throw new RangeError('not yet');
      },
      'measured',
    );
    const failing = { ...definition, onFailure: { ...definition.onFailure, isTransient: () => true } };
    fixture.start({ definition: failing, partitions: [partition] });
    const lagging = {
      'messaging.consumer.group.name': 'measured',
      'messaging.destination.partition.id': partition,
    };
    await eventually(async () => {
      expect(await points('gavel.consumer.lag', 'measured')).toEqual([{ attributes: lagging, value: 10 }]);
      const [age] = await values('gavel.consumer.lag.time', 'measured');
      expect(age).toBeGreaterThan(0);
      // One point per error type: on a busy machine the database may add others.
      const retries = await points('gavel.consumer.retries', 'measured');
      const errors = retries.map(({ attributes }) => attributes['error.type']);
      expect(errors).toContain('RangeError');
    });
    isBroken = false;
    await eventually(async () => expect(await values('gavel.consumer.lag', 'measured')).toEqual([0]));

    await eventually(async () => {
      const handled = await points('gavel.consumer.handled', 'measured');
      const outcomes = handled.map(({ attributes, value }) => [attributes['gavel.consumer.outcome'], value]);
      expect(Object.fromEntries(outcomes)).toEqual({ handled: 9, parked: 1 });
    });
    const names = {
      'messaging.system.name': 'rabbitmq',
      'messaging.destination.name': partition,
      ...lagging,
    };
    expect(await points('messaging.client.consumed.messages', 'measured')).toEqual([
      {
        attributes: {
          ...names,
          'messaging.operation.name': 'consume',
          'messaging.operation.type': 'receive',
        },
        value: 10,
      },
    ]);
    const processed = await points('messaging.process.duration', 'measured');
    const attributes = {
      ...names,
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
    };
    const value = expect.objectContaining({ count: expect.any(Number) });
    expect(processed).toContainEqual({ attributes, value });
    expect(processed).toContainEqual({ attributes: { ...attributes, 'error.type': 'RangeError' }, value });
    expect(await values('gavel.consumer.rebalances', 'measured')).toEqual([1]);
    expect(await values('gavel.consumer.refused', 'measured')).toEqual([0]);
    expect(await values('gavel.consumer.dead_letters', 'measured')).toEqual([1]);
    expect(await values('gavel.consumer.delay', 'measured')).toEqual([expect.objectContaining({ count: 9 })]);
  });

  it('of a refused stream consumer: the lag stays, and grows with unread messages', async () => {
    const partition = 'gavel.bids-lost';
    await fixture.producer.client.createStream({ stream: partition, arguments: {} });
    await fixture.producer.send(partition, bids(5));
    const definition = recordingConsumer({ laterEvents: 'continue' }, undefined, 'lost');
    await fixture.database.pool.query(
      'INSERT INTO checkpoints (consumer, stream_partition, last_offset) VALUES ($1, $2, 99)',
      ['lost', partition],
    );
    fixture.start({ definition, partitions: [partition] });
    await eventually(async () => {
      expect(await values('gavel.consumer.refused', 'lost')).toEqual([1]);
      expect(await values('gavel.consumer.lag', 'lost')).toEqual([5]);
    });
    await fixture.producer.send(partition, bids(3));
    await eventually(async () => expect(await values('gavel.consumer.lag', 'lost')).toEqual([8]));
    const [age] = await values('gavel.consumer.lag.time', 'lost');
    expect(age).toBeGreaterThan(0);
  });

  it('of a queue consumer: also the messages that it delays; every name and unit is on the closed list', async () => {
    const { database, producer } = fixture;
    let isBroken = true;
    const consumer = startQueueConsumer({
      definition: defineQueueConsumer({
        name: 'measured-queue',
        subscriptions: ['gavel.bids.bid_placed.*'],
        types: [BidPlacedSchema],
        onFailure: { attempts: 3, delaysMs: [50] },
        async handle() {
          if (!isBroken) return;
          isBroken = false;
          throw new RangeError('not yet');
        },
      }),
      pool: database.pool,
      amqpUrl: producer.urls.amqpUrl,
    });
    try {
      await eventually(() => consumer.check());
      const [bid] = bids(1);
      if (bid === undefined) throw new Error('no bid');
      await publishToExchange(producer.urls.amqpUrl, [
        { subject: bid.envelope.subject, headers: bid.properties, body: bid.body },
      ]);
      await eventually(async () =>
        expect(await values('gavel.consumer.handled', 'measured-queue')).toEqual([1]),
      );
      // Once at the first delivery, and once more after the delay.
      expect(await values('messaging.client.consumed.messages', 'measured-queue')).toEqual([2]);
      const [sent] = await points('messaging.client.sent.messages', 'measured-queue');
      expect(sent).toMatchObject({
        attributes: {
          'messaging.destination.name': 'gavel.measured-queue.retry.50',
          'messaging.operation.type': 'send',
        },
        value: 1,
      });
      expect(await values('messaging.client.operation.duration', 'measured-queue')).toEqual([
        expect.objectContaining({ count: 1 }),
      ]);
      await eventually(async () => {
        const processed = await points('messaging.process.duration', 'measured-queue');
        expect(processed.map(({ attributes }) => attributes['error.type'])).toEqual([
          'RangeError',
          undefined,
        ]);
      });
    } finally {
      await consumer.stop();
    }
    const known = new Map<string, unknown>(
      Object.values(metric).map(({ name, unit, description }) => [name, { unit, description }]),
    );
    for (const [name, { unit, description }] of await reader.read())
      expect(known.get(name)).toEqual({ unit, description });
  });
});
