import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { InfrastructureUrls } from '@gavel/dev/infrastructure';
import { createVhost, deleteVhost, managementRequest } from '@gavel/dev/infrastructure/rabbitmq-management';
import { EVENTS_EXCHANGE } from '@gavel/proto/topology';
import { type ChannelModel, connect } from 'amqplib';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { subscribeToTopic, type TopicSubscription } from './topic-subscription.ts';

declare module 'vitest' {
  interface ProvidedContext {
    infrastructure: InfrastructureUrls;
  }
}

const AWHILE = { timeout: 30_000, interval: 100 };

describe('a topic subscription', () => {
  // A new vhost for each test: the broker's list of connections may still contain those of the last test.
  let vhost: string;
  let urls: InfrastructureUrls;
  let publisher: ChannelModel;
  let subscription: TopicSubscription;
  let heard: string[];
  let reconnects: number;

  beforeEach(async () => {
    vhost = `bff-${randomBytes(6).toString('hex')}`;
    urls = await createVhost(inject('infrastructure'), vhost);
    publisher = await connect(urls.amqpUrl);
    heard = [];
    reconnects = 0;
    subscription = subscribeToTopic({
      url: urls.amqpUrl,
      onMessage: (message) => heard.push(message.fields.routingKey),
      onReconnect: () => reconnects++,
    });
  });

  afterEach(async () => {
    await subscription.close();
    await publisher.close();
    await deleteVhost(urls.managementUrl, vhost);
  });

  const declareExchange = async () => {
    const channel = await publisher.createChannel();
    await channel.assertExchange(EVENTS_EXCHANGE, 'topic', { durable: true });
    return channel;
  };
  const noQueues = () =>
    vi.waitFor(async () => {
      const queues = await managementRequest(urls.managementUrl, 'GET', `/api/queues/${vhost}`);
      expect(queues).toEqual([]);
    }, AWHILE);
  const connected = () => vi.waitFor(() => expect(subscription.connected).toBe(true), AWHILE);

  it('waits until the relay has declared the exchange, then receives the events of bids and no others', async () => {
    expect(subscription.connected).toBe(false);
    const channel = await declareExchange();
    await connected();
    for (const key of [
      'gavel.auth.user_created.u1',
      'gavel.bids.bid_placed.i1',
      'gavel.bids.item_cancelled.i2',
    ])
      channel.publish(EVENTS_EXCHANGE, key, Buffer.alloc(0));
    await vi.waitFor(
      () => expect(heard).toEqual(['gavel.bids.bid_placed.i1', 'gavel.bids.item_cancelled.i2']),
      AWHILE,
    );
    expect(reconnects).toBe(0);
  });

  it('reconnects after the broker closed its connection, and reports it', async () => {
    await declareExchange();
    await connected();
    await closeConnections(urls, vhost, (name) => !name.includes(`:${localPort(publisher)} `));
    await vi.waitFor(() => expect(reconnects).toBe(1), AWHILE);
    await connected();
    const channel = await publisher.createChannel();
    channel.publish(EVENTS_EXCHANGE, 'gavel.bids.bid_placed.i3', Buffer.alloc(0));
    await vi.waitFor(() => expect(heard).toEqual(['gavel.bids.bid_placed.i3']), AWHILE);
  });

  it('receives events again within seconds after the exchange was deleted and declared again', async () => {
    const channel = await declareExchange();
    await connected();
    await channel.deleteExchange(EVENTS_EXCHANGE);
    await channel.assertExchange(EVENTS_EXCHANGE, 'topic', { durable: true });
    let sent = 0;
    await vi.waitFor(() => {
      channel.publish(EVENTS_EXCHANGE, `gavel.bids.bid_placed.i${++sent}`, Buffer.alloc(0));
      expect(heard.length).toBeGreaterThan(0);
    }, AWHILE);
    expect(subscription.connected).toBe(true);
  });

  it('says that it is disconnected while the exchange is missing, and recovers when it is back', async () => {
    const channel = await declareExchange();
    await connected();
    await channel.deleteExchange(EVENTS_EXCHANGE);
    await vi.waitFor(() => expect(subscription.connected).toBe(false), AWHILE);
    await channel.assertExchange(EVENTS_EXCHANGE, 'topic', { durable: true });
    await connected();
    expect(reconnects).toBe(1);
    channel.publish(EVENTS_EXCHANGE, 'gavel.bids.bid_placed.i1', Buffer.alloc(0));
    await vi.waitFor(() => expect(heard).toEqual(['gavel.bids.bid_placed.i1']), AWHILE);
  });

  it('leaves no queue behind when it is closed', async () => {
    await declareExchange();
    await connected();
    await subscription.close();
    expect(subscription.connected).toBe(false);
    await noQueues();
  });

  it('can be closed at any moment while it is connecting', async () => {
    await declareExchange();
    await subscription.close();
    const ignore = () => undefined;
    for (const turns of [0, 1, 4, 16, 64, 256]) {
      const early = subscribeToTopic({ url: urls.amqpUrl, onMessage: ignore, onReconnect: ignore });
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      await early.close();
      expect(early.connected).toBe(false);
    }
    await noQueues();
  });
});

function localPort(model: ChannelModel): number {
  const { stream } = model.connection as unknown as { stream: { localPort: number } };
  return stream.localPort;
}

/** Makes the broker close the connections of a vhost for whose name (`client:port -> server:port`) `chosen` returns true. */
async function closeConnections(urls: InfrastructureUrls, vhost: string, chosen: (name: string) => boolean) {
  const path = `/api/vhosts/${vhost}/connections`;
  const names = await vi.waitFor(async () => {
    const found = (await managementRequest(urls.managementUrl, 'GET', path)) as { name: string }[];
    const those = found.map(({ name }) => name).filter(chosen);
    expect(those).toHaveLength(1);
    return those;
  }, AWHILE);
  for (const name of names)
    await managementRequest(urls.managementUrl, 'DELETE', `/api/connections/${encodeURIComponent(name)}`);
}
