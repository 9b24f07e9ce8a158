import { randomUUID } from 'node:crypto';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import { startTestNats, type TestServer } from '@gavel/dev/testing/private-infrastructure';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type Channel, type ChannelModel, connect as connectAmqp } from 'amqplib';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { isSubject, isSubscription, subjectMatches, toBindingKey } from './subjects.ts';

const deep = Array.from({ length: 20 }, (_, i) => `t${i}`).join('.');
const longest = `gavel.${'a'.repeat(249)}`;

/** The test tries every subject against every subscription. */
const subjects = [
  'gavel',
  'gavel.bids',
  'gavel.auth',
  'gavel.bids.bid_placed',
  'gavel.bids.bid-placed',
  'gavel.bids.bid_placed.0190a1b2-7000-8000-000000000001',
  'gavel.bids.item_created.0190a1b2-7000-8000-000000000001',
  'gavel.auth.user_created.0190a1b2-7000-8000-000000000001',
  'gavel.bids.bid_placed.x.y',
  'bids',
  'bids.gavel',
  'gavels.bids',
  '-',
  '_._',
  'a.a.a',
  '0',
  deep,
  longest,
];

/** What each subscription selects, written by hand and compared with both servers. */
const selects: Record<string, (tokens: string[]) => boolean> = {
  '>': () => true,
  '*': (t) => t.length === 1,
  '*.*': (t) => t.length === 2,
  '*.>': (t) => t.length >= 2,
  '*.*.>': (t) => t.length >= 3,
  'gavel.>': (t) => t[0] === 'gavel' && t.length >= 2,
  'gavel.*': (t) => t[0] === 'gavel' && t.length === 2,
  'gavel.*.>': (t) => t[0] === 'gavel' && t.length >= 3,
  '*.bids': (t) => t[1] === 'bids' && t.length === 2,
  '*.bids.>': (t) => t[1] === 'bids' && t.length >= 3,
  'gavel.*.bid_placed': (t) => t.join('.') === 'gavel.bids.bid_placed',
  'gavel.*.bid_placed.*': (t) => t[0] === 'gavel' && t[2] === 'bid_placed' && t.length === 4,
  'gavel.bids.bid_placed.>': (t) => t.join('.').startsWith('gavel.bids.bid_placed.'),
  'gavel.bids.bid-placed': (t) => t[2] === 'bid-placed',
  'gavel.bids.*.*.*.*': () => false,
  'gavel.bids.bid_placed.x.y.>': () => false,
  'gavel.bids.bid_placed.x.y': (t) => t[3] === 'x',
  'a.*.a': (t) => t[0] === 'a',
  '*.a.*': (t) => t[0] === 'a',
  gavel: (t) => t.join('.') === 'gavel',
  '-': (t) => t[0] === '-',
  '_.>': (t) => t[0] === '_',
  '*._': (t) => t[0] === '_',
  't0.>': (t) => t[0] === 't0',
  [deep.replace('t9', '*')]: (t) => t[0] === 't0',
  [`${deep}.>`]: () => false,
  [longest]: (t) => t.join('.') === longest,
};
const subscriptions = Object.keys(selects);

describe('a NATS server, a RabbitMQ topic exchange and subjectMatches', () => {
  const vhost = `test-${randomUUID()}`;
  let server: TestServer;
  let nats: NatsConnection;
  let amqp: ChannelModel;
  let natsSelected: Map<string, string[]>;
  let amqpSelected: Map<string, string[]>;

  beforeAll(async () => {
    server = await startTestNats();
    const url = new URL(server.url);
    nats = await connect({ servers: url.host, user: url.username, pass: url.password });
    natsSelected = await askNats(nats);
    amqp = await connectAmqp((await createVhost(inject('infrastructure'), vhost)).amqpUrl);
    amqpSelected = await askRabbitmq(await amqp.createChannel());
  });
  afterAll(async () => {
    await nats?.close();
    await server?.stop();
    await amqp?.close();
    await deleteVhost(inject('infrastructure').managementUrl, vhost);
  });

  it.each(subscriptions.map((subscription) => [subscription]))('select the same for %s', (subscription) => {
    const expected = subjects.filter((subject) => selects[subscription]?.(subject.split('.')));
    expect(natsSelected.get(subscription)).toEqual(expected);
    expect(amqpSelected.get(subscription)).toEqual(expected);
    expect(subjects.filter((subject) => subjectMatches(subscription, subject))).toEqual(expected);
  });

  it('are tested with subjects and subscriptions of the grammar, up to the longest', () => {
    expect(subjects.filter((subject) => !isSubject(subject))).toEqual([]);
    expect(subscriptions.filter((subscription) => !isSubscription(subscription))).toEqual([]);
    expect(Buffer.byteLength(longest)).toBe(255);
  });
});

async function askNats(connection: NatsConnection): Promise<Map<string, string[]>> {
  const selected = new Map<string, string[]>();
  for (const subscription of subscriptions) {
    const got: string[] = [];
    selected.set(subscription, got);
    connection.subscribe(subscription, { callback: (_, message) => void got.push(message.subject) });
  }
  await connection.flush();
  for (const subject of subjects) connection.publish(subject);
  // A server delivers messages on a connection before it answers a later ping on the same connection.
  await connection.flush();
  return selected;
}

async function askRabbitmq(channel: Channel): Promise<Map<string, string[]>> {
  const exchange = 'subjects';
  const selected = new Map<string, string[]>();
  await channel.assertExchange(exchange, 'topic', { durable: false });
  const last = 'end.of.test';
  let ended = 0;
  for (const subscription of subscriptions) {
    const got: string[] = [];
    selected.set(subscription, got);
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, exchange, toBindingKey(subscription));
    await channel.bindQueue(queue, exchange, last);
    await channel.consume(
      queue,
      (message) => {
        const key = message?.fields.routingKey ?? '';
        if (key === last) ended += 1;
        else got.push(key);
      },
      { noAck: true },
    );
  }
  for (const subject of subjects) channel.publish(exchange, subject, Buffer.alloc(0));
  channel.publish(exchange, last, Buffer.alloc(0));
  await vi.waitFor(() => expect(ended).toBe(subscriptions.length), 30_000);
  return selected;
}
