import { randomBytes } from 'node:crypto';
import type { InfrastructureUrls } from '@gavel/dev/infrastructure';
import { createVhost, deleteVhost, managementRequest } from '@gavel/dev/infrastructure/rabbitmq-management';
import { createLogger } from '@gavel/observability/logger';
import { partitionFor } from '@gavel/proto/partitioner';
import { EVENTS_EXCHANGE } from '@gavel/proto/topology';
import amqp from 'amqplib';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { readStreamMessages } from '../testing/read-stream-messages.ts';
import type { EventPublisher, OutboundMessage, PublisherEvents } from './event-publisher.ts';
import { createExchangePublisher } from './exchange-publisher.ts';
import { createStreamPublisher } from './stream-publisher.ts';

const log = createLogger('publisher-test');
const QUEUE = 'everything';
const AWHILE = { timeout: 30_000, interval: 100 };

interface Adapter {
  name: string;
  create(urls: InfrastructureUrls, events: PublisherEvents): EventPublisher;
  /** Deletes topology that the publisher needs. */
  breakTopology(channel: amqp.Channel): Promise<unknown>;
  /** Event ids that the broker holds, in the order of arrival (within each partition). */
  received(urls: InfrastructureUrls): Promise<string[]>;
  exactlyOnce: boolean;
}

const adapters: Adapter[] = [
  {
    name: 'stream publisher',
    create: (urls, events) =>
      createStreamPublisher({ ...urls, ...events, stream: 'gavel.bids', publisherName: 'contract', log }),
    breakTopology: (channel) => channel.deleteQueue(partitionFor('gavel.bids', 'a')),
    received: async (urls) =>
      (await readStreamMessages(urls.amqpUrl, 'gavel.bids')).map(({ headers }) => String(headers['test-id'])),
    exactlyOnce: true,
  },
  {
    name: 'exchange publisher',
    create: (urls, events) =>
      createExchangePublisher({ ...urls, ...events, connectionName: 'contract', log }),
    breakTopology: (channel) => channel.deleteExchange(EVENTS_EXCHANGE),
    received: (urls) => drain(urls.amqpUrl),
    exactlyOnce: false,
  },
];

describe.each(adapters)('a $name', (adapter) => {
  const vhost = `publisher-${randomBytes(6).toString('hex')}`;
  let urls: InfrastructureUrls;
  let confirmed: number[];
  let refused: number[];
  let failures: Error[];
  let publisher: EventPublisher;
  let position = 0;

  const start = (to: InfrastructureUrls): EventPublisher => {
    confirmed = [];
    refused = [];
    failures = [];
    return adapter.create(to, {
      onConfirmed: (at) => confirmed.push(at),
      onRefused: (at) => refused.push(at),
      onFailure: (error) => failures.push(error),
    });
  };
  const message = (key: string, extra: Record<string, string> = {}): OutboundMessage => {
    position += 1;
    const id = String(position);
    return {
      position,
      eventId: uuidv7(),
      partition: partitionFor('gavel.bids', key),
      subject: `gavel.bids.bid_placed.${key}`,
      type: 'bids.v1.BidPlaced',
      time: new Date(),
      headers: { 'test-id': id, ...extra },
      body: Buffer.from(id),
    };
  };
  const messages = (n: number): OutboundMessage[] => Array.from({ length: n }, () => message('a'));
  const positions = (sent: readonly OutboundMessage[]): number[] => sent.map((m) => m.position);
  /** First occurrences, as numbers. */
  const arrived = async (): Promise<number[]> => [...new Set((await adapter.received(urls)).map(Number))];

  beforeAll(async () => {
    urls = await createVhost(inject('infrastructure'), vhost);
    await withChannel(urls.amqpUrl, async (channel) => {
      await channel.assertQueue(QUEUE);
    });
    publisher = start(urls);
    await vi.waitFor(() => expect(publisher.status.connected).toBe(true), AWHILE);
    await bindAll(urls.amqpUrl);
  });
  afterAll(async () => {
    await publisher.close();
    await deleteVhost(inject('infrastructure').managementUrl, vhost);
  });

  it('confirms every message once, and the broker has them in order', async () => {
    const sent = messages(500);
    publisher.publish(sent.slice(0, 200));
    publisher.publish(sent.slice(200));
    await vi.waitFor(() => expect(confirmed).toHaveLength(500), AWHILE);
    expect(confirmed.toSorted((a, b) => a - b)).toEqual(positions(sent));
    expect(publisher.status.unconfirmed).toBe(0);
    expect(await arrived()).toEqual(positions(sent));
  });

  it('loses nothing and keeps the order when its connections are cut while it sends', async () => {
    const before = position;
    const sent: OutboundMessage[] = [];
    for (let i = 0; i < 3; i++) {
      const batch = messages(1000);
      sent.push(...batch);
      publisher.publish(batch);
      if (i < 2) await cutConnections(urls, vhost);
    }
    await vi.waitFor(() => expect(new Set(confirmed)).toContain(position), AWHILE);
    await vi.waitFor(() => expect(publisher.status.unconfirmed).toBe(0), AWHILE);
    expect(failures.length).toBeGreaterThan(0);
    expect(new Set(confirmed).size).toBe(confirmed.length);
    const received = (await adapter.received(urls)).map(Number).filter((id) => id > before);
    expect([...new Set(received)]).toEqual(positions(sent));
    if (adapter.exactlyOnce) expect(received).toEqual(positions(sent));
  });

  it('declares missing topology again and sends what is unconfirmed', async () => {
    await withChannel(urls.amqpUrl, (channel) => adapter.breakTopology(channel));
    const sent = messages(5);
    publisher.publish(sent);
    await vi.waitFor(() => expect(confirmed).toEqual(expect.arrayContaining(positions(sent))), AWHILE);
    await bindAll(urls.amqpUrl);
  });

  it('refuses what cannot be encoded, and sends the rest', async () => {
    const good = message('a');
    const bad = message('a', { huge: 'x'.repeat(1_100_000) });
    const next = message('a');
    publisher.publish([good, bad, next]);
    await vi.waitFor(
      () => expect(confirmed).toEqual(expect.arrayContaining([good.position, next.position])),
      AWHILE,
    );
    expect(refused).toEqual([bad.position]);
    expect(publisher.status.unconfirmed).toBe(0);
  });

  it('reports a refused password, keeps running, and closes', async () => {
    const wrong = (url: string): string => {
      const changed = new URL(url);
      changed.password = 'wrong';
      return changed.href;
    };
    const other = start({ ...urls, streamUrl: wrong(urls.streamUrl), amqpUrl: wrong(urls.amqpUrl) });
    other.publish(messages(1));
    await vi.waitFor(() => expect(failures.length).toBeGreaterThan(1), AWHILE);
    expect(other.status).toMatchObject({ connected: false, unconfirmed: 1 });
    expect(other.status.problem).toBeTruthy();
    await other.close();
  });
});

async function withChannel<T>(amqpUrl: string, work: (channel: amqp.Channel) => Promise<T>): Promise<T> {
  const connection = await amqp.connect(amqpUrl);
  connection.on('error', () => undefined);
  try {
    return await work(await connection.createChannel());
  } finally {
    await connection.close();
  }
}

/** Waits until the exchange is there (the publisher declares it) and binds the test's queue to it. */
async function bindAll(amqpUrl: string): Promise<void> {
  await withChannel(amqpUrl, async (channel) => {
    await channel.assertExchange(EVENTS_EXCHANGE, 'topic', {
      durable: true,
      alternateExchange: 'gavel.unrouted',
    });
    await channel.bindQueue(QUEUE, EVENTS_EXCHANGE, '#');
  });
}

async function drain(amqpUrl: string): Promise<string[]> {
  return await withChannel(amqpUrl, async (channel) => {
    const ids: string[] = [];
    for (
      let got = await channel.get(QUEUE, { noAck: true });
      got;
      got = await channel.get(QUEUE, { noAck: true })
    ) {
      ids.push(String(got.properties.headers?.['test-id']));
    }
    return ids;
  });
}

/** The broker closes every connection to the vhost that is in its list. */
async function cutConnections(urls: InfrastructureUrls, vhost: string): Promise<void> {
  const path = `/api/vhosts/${vhost}/connections`;
  const connections = await vi.waitFor(async () => {
    const found = (await managementRequest(urls.managementUrl, 'GET', path)) as { name: string }[];
    expect(found.length).toBeGreaterThan(0);
    return found;
  }, AWHILE);
  await Promise.allSettled(
    connections.map(({ name }) =>
      managementRequest(urls.managementUrl, 'DELETE', `/api/connections/${encodeURIComponent(name)}`),
    ),
  );
}
