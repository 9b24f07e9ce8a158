import { randomUUID } from 'node:crypto';
import { toJson } from '@bufbuild/protobuf';
import {
  bidMessage,
  type ForeignProducer,
  openForeignProducer,
  uuidv7,
} from '@gavel/consumer-runtime/testing/foreign-producer';
import { decodeEvent } from '@gavel/proto/events';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { openStreamReader } from '@gavel/rabbitmq/stream-reader';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTestEvent } from './parse-test-event.ts';
import { readFirst } from './read-range.ts';
import { requirePartitions } from './stream-names.ts';
import { declareTestStream, publishTestEvents } from './test-streams.ts';

const ITEM = '01970000-0000-7000-8000-00000000000a';
const STREAM = 'test.bids';
const bid = (amount: string) => {
  const { envelope, body } = bidMessage({ itemId: ITEM, userId: ITEM }, 1);
  const decoded = decodeEvent(BidPlacedSchema, body);
  if (!decoded.ok) throw new Error(decoded.problem);
  const json = toJson(BidPlacedSchema, { ...decoded.body, amount: BigInt(amount) });
  return { envelope, body: json };
};
const line = (value: unknown, number = 1) => parseTestEvent(JSON.stringify(value), number, uuidv7);

describe('events for a test stream', () => {
  it('are lines of peek --json; what the envelope lacks is derived from type and aggregate', () => {
    const { envelope, body } = bid('100');
    expect(line({ partition: 'gavel.bids-0', offset: 5, envelope, body }).envelope).toEqual(envelope);
    const given = { type: 'bids.v1.BidPlaced', partitionkey: ITEM };
    expect(line({ envelope: given, body }).envelope).toMatchObject({
      ...given,
      source: '/gavel/bids',
      subject: `gavel.bids.bid_placed.${ITEM}`,
      sequence: '1',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it.each([
    ['not JSON', 'oops', 'it is not JSON'],
    ['without an envelope', '{"body":{}}', 'envelope'],
    [
      'of an unknown type',
      '{"envelope":{"type":"a.B","partitionkey":"x"},"body":{}}',
      'a.B is not the type of an event',
    ],
    [
      'with an unknown field',
      `{"envelope":{"type":"bids.v1.BidPlaced","partitionkey":"${ITEM}"},"body":{"colour":1}}`,
      'colour',
    ],
    [
      'that breaks a rule',
      `{"envelope":{"type":"bids.v1.BidPlaced","partitionkey":"${ITEM}"},"body":{}}`,
      '[string.',
    ],
    [
      'with an aggregate that is no part of a subject',
      '{"envelope":{"type":"bids.v1.BidPlaced","partitionkey":"A B"},"body":{}}',
      'not a subject',
    ],
  ])('are refused with their line number if one is %s', (_, text, problem) => {
    expect(() => parseTestEvent(text, 7, uuidv7)).toThrow(
      expect.objectContaining({
        reason: 'usage',
        message: expect.stringMatching(/^line 7: /),
        wayOut: expect.stringContaining('Nothing was published'),
      }),
    );
    expect(() => parseTestEvent(text, 7, uuidv7)).toThrow(problem);
  });
});

describe('a test stream', () => {
  let producer: ForeignProducer;
  beforeAll(async () => {
    producer = await openForeignProducer();
  });
  afterAll(() => producer?.close());

  const publish = (...amounts: string[]) => {
    const events = amounts.map((amount) => line(bid(amount)));
    return publishTestEvents(producer.urls.streamUrl, STREAM, events);
  };

  it('takes events, also of later runs, and gives them to a reader in order', async () => {
    await declareTestStream(producer.urls.amqpUrl, STREAM);
    await publish('100', '200');
    await declareTestStream(producer.urls.amqpUrl, STREAM);
    await publish('300');
    const reader = openStreamReader(producer.urls.streamUrl, 'test');
    try {
      const [partition = ''] = requirePartitions(STREAM);
      const seen = await readFirst(reader, { partition, from: 0n, end: 3n }, 10, () => true);
      expect(seen.map(({ body, problem }) => [body, problem])).toEqual(
        ['100', '200', '300'].map((amount) => [expect.objectContaining({ amount }), undefined]),
      );
    } finally {
      await reader.close();
    }
  });

  it('is the only kind of stream that takes events', async () => {
    const { streamUrl, amqpUrl } = producer.urls;
    for (const name of ['gavel.bids-0', 'gavel.bids', 'gavel.notifications', 'test', 'test.', randomUUID()]) {
      const refusal = { reason: 'refused', message: `${name} is not a test stream` };
      await expect(declareTestStream(amqpUrl, name)).rejects.toMatchObject(refusal);
      await expect(publishTestEvents(streamUrl, name, [line(bid('1'))])).rejects.toMatchObject(refusal);
    }
  });

  it('that does not exist is an error', async () => {
    const { streamUrl } = producer.urls;
    await expect(publishTestEvents(streamUrl, 'test.missing', [line(bid('1'))])).rejects.toThrow(
      'does not exist',
    );
  });
});
