import { randomBytes, randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { toHeaders } from '@gavel/proto/envelope';
import { publishRaw } from '@gavel/rabbitmq/testing/raw-publisher';
import amqp from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consumerRuntimeMigrations } from './consumer-process.ts';
import { type RunningConsumer, startConsumer } from './start-consumer.ts';
import { eventually } from './testing/eventually.ts';
import {
  bidMessage,
  type EventMessage,
  type ForeignProducer,
  openForeignProducer,
  uuidv7,
} from './testing/foreign-producer.ts';
import { appliedSequences, createAppliedTable, recordingConsumer } from './testing/recording-consumer.ts';

describe('messages of foreign clients', () => {
  let database: TestDatabase;
  let producer: ForeignProducer;
  let consumer: RunningConsumer;

  beforeAll(async () => {
    [database, producer] = await Promise.all([
      createTestDatabase([consumerRuntimeMigrations]),
      openForeignProducer(),
    ]);
    await createAppliedTable(database.pool);
    consumer = startConsumer({
      definition: recordingConsumer({ laterEvents: 'continue' }),
      pool: database.pool,
      streamUrl: producer.urls.streamUrl,
    });
  });

  afterAll(async () => {
    await consumer?.stop();
    await producer?.close();
    await database?.drop();
  });

  /** Sends messages between two good events of one item. Resolves when both events were applied. */
  const between = async (put: (first: EventMessage) => Promise<void>): Promise<EventMessage> => {
    const itemId = randomUUID();
    const bid = (sequence: number) => bidMessage({ itemId, userId: randomUUID() }, sequence);
    const first = bid(1);
    await producer.send(first.partition, [first]);
    await put(first);
    await producer.send(first.partition, [bid(2)]);
    await eventually(async () => expect(await appliedSequences(database.pool, itemId)).toEqual([1, 2]));
    return first;
  };

  const deadLetters = async () => {
    const { rows } = await database.pool.query<Record<string, unknown>>(
      'SELECT reason, error, headers, body, event_id, event_type, aggregate_id FROM dead_letters ORDER BY id',
    );
    await database.pool.query('DELETE FROM dead_letters');
    return rows;
  };

  const viaAmqp = async (
    partition: string,
    headers: Record<string, unknown>,
    body: Buffer = Buffer.from('x'),
  ) => {
    const connection = await amqp.connect(producer.urls.amqpUrl);
    const channel = await connection.createConfirmChannel();
    channel.sendToQueue(partition, body, { headers });
    await channel.waitForConfirms();
    await connection.close();
  };

  it.each<[string, unknown]>([
    ['zero', 0],
    ['an empty string', ''],
    ['a number', 42],
    ['a fraction', 1.5],
    ['a large number', 2 ** 40],
    ['true', true],
    ['false', false],
    ['null', null],
    ['a timestamp', { '!': 'timestamp', value: 1_700_000_000 }],
    ['a buffer', Buffer.from([0, 1, 255])],
    ['a list', [1, 'two', [3]]],
    ['a table', { nested: { deeper: true } }],
    ['NUL and half a surrogate pair', 'a\u0000b\ud800c'],
    ['a very long string', 'y'.repeat(30_000)],
  ])('a header that is %s is parked and delays no other message', async (_, value) => {
    await between((first) => viaAmqp(first.partition, { cloudEvents_id: value, other: value }));
    expect(await deadLetters()).toMatchObject([{ reason: 'malformed_envelope' }]);
  });

  it('a partition key that is too long for the index is parked and delays no other message', async () => {
    const key = randomBytes(6_000).toString('base64');
    await between((first) =>
      producer.send(first.partition, [
        {
          ...first,
          properties: toHeaders({ ...first.envelope, id: uuidv7(), partitionkey: key }),
        },
      ]),
    );
    const [deadLetter, ...more] = await deadLetters();
    expect(more).toEqual([]);
    expect(deadLetter).toMatchObject({ reason: 'malformed_envelope', aggregate_id: null });
    expect((deadLetter?.headers as Record<string, string>)?.cloudEvents_partitionkey === key).toBe(true);
  });

  it('many large messages in one batch are parked in full', async () => {
    const body = randomBytes(700_000);
    await between(async ({ partition }) => {
      await Promise.all(Array.from({ length: 15 }, () => viaAmqp(partition, { some: 'thing' }, body)));
    });
    const lengths = (await deadLetters()).map(({ body }) => (body as Buffer).length);
    expect(lengths).toEqual(Array(15).fill(700_000));
  });

  it('a good event with an unusual extra header is applied', async () => {
    const itemId = randomUUID();
    const bid = bidMessage({ itemId, userId: randomUUID() }, 1);
    await viaAmqp(bid.partition, { ...bid.properties, flag: false, empty: '', when: new Date(0) }, bid.body);
    await eventually(async () => expect(await appliedSequences(database.pool, itemId)).toEqual([1]));
    expect(await deadLetters()).toEqual([]);
  });

  it.each<[string, Buffer]>([
    ['no bytes at all', Buffer.alloc(0)],
    ['bytes that are no AMQP message', Buffer.from('hello, I am not AMQP')],
    ['a message cut short', Buffer.from([0x00, 0x53, 0x75, 0xb0, 0x00, 0x00, 0x10, 0x00, 0x01])],
    ['values nested without end', Buffer.from(Array.from({ length: 200 }, () => 0x00))],
    ['a map that claims four billion entries', Buffer.from('005374d1ffffffffffffffff', 'hex')],
  ])('%s are parked and delay no other message', async (_, bytes) => {
    await between((first) => publishRaw(producer.urls.streamUrl, first.partition, [bytes]));
    const [deadLetter, ...more] = await deadLetters();
    expect(more).toEqual([]);
    expect(deadLetter?.reason).toMatch(/^malformed_(message|envelope)$/);
  });

  it('an unknown type, a body that does not decode and a subject of another type are parked', async () => {
    const ids: string[] = [];
    await between(async (first) => {
      const { envelope } = first;
      const id = () =>
        ids[ids.push(first.envelope.id.replace(/^.{8}/, String(ids.length).repeat(8))) - 1] as string;
      await producer.send(first.partition, [
        { ...first, properties: toHeaders({ ...envelope, id: id(), type: 'bids.v1.Withdrawn\u0000' }) },
        { body: Buffer.from([0xff, 0xff, 0xff]), properties: toHeaders({ ...envelope, id: id() }) },
        { ...first, properties: toHeaders({ ...envelope, id: id(), type: 'bids.v1.ItemCreated' }) },
        { ...first, properties: toHeaders({ ...envelope, id: 'not-a-uuid' }) },
      ]);
    });
    expect(await deadLetters()).toMatchObject([
      { reason: 'unknown_type', event_type: 'bids.v1.Withdrawn\ufffd', event_id: ids[0] },
      { reason: 'undecodable_body', body: Buffer.from([0xff, 0xff, 0xff]), event_id: ids[1] },
      {
        reason: 'malformed_envelope',
        error: expect.stringContaining('is not a subject of bids.v1.ItemCreated'),
      },
      { reason: 'malformed_envelope', error: 'the event id is not a UUID in lower case', event_id: null },
    ]);
  });

  it('a compressed sub-batch is read message by message', async () => {
    const itemId = randomUUID();
    const bids = [1, 2, 3].map((sequence) => bidMessage({ itemId, userId: randomUUID() }, sequence));
    const partition = bids[0]?.partition ?? '';
    const publisher = await producer.client.declarePublisher({ stream: partition });
    await publisher.sendSubEntries(
      bids.map((bid) => ({ content: bid.body, applicationProperties: bid.properties })),
      1,
    );
    await publisher.close();
    await eventually(async () => expect(await appliedSequences(database.pool, itemId)).toEqual([1, 2, 3]));
  });

  it('is healthy after all of this', () => {
    expect(consumer.status().partitions.map(({ state }) => state)).toEqual(Array(4).fill('running'));
  });
});
