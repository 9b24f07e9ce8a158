import { randomBytes } from 'node:crypto';
import type { InfrastructureUrls } from '@gavel/dev/infrastructure';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import { type Client, Offset } from 'rabbitmq-stream-js-client';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { connectForeignClient } from '../testing/foreign-client.ts';
import type { EventSource, Subscription } from './event-source.ts';
import { createStreamSource } from './stream-source.ts';

declare module 'vitest' {
  interface ProvidedContext {
    infrastructure: InfrastructureUrls;
  }
}

const AWHILE = { timeout: 30_000, interval: 50 };
const MESSAGE_BYTES = 4_000;
/** More than a subscription buffers and has requested, so that the newest messages are not sent to a held-back reader. */
const PAST_ALL_BUFFERS = 1_500;

/** Two ways to read: outside of any group, and as the active consumer of a group. */
const ways: [string, (source: EventSource, partition: string) => Promise<Subscription>][] = [
  ['outside of any group', (source, partition) => source.subscribe(partition, 'first')],
  [
    'as the active consumer of a group',
    async (source, partition) => {
      const member = await source.join(partition, { name: `readers of ${partition}`, stream: 'none' });
      const active = await member.whenActive(() => Promise.resolve('first'), new AbortController().signal);
      if (active === undefined) throw new Error('the consumer was not chosen');
      return active;
    },
  ],
];

describe('a live subscription while retention removes segments', () => {
  const vhost = `retention-${randomBytes(6).toString('hex')}`;
  let urls: InfrastructureUrls;
  let client: Client;
  let source: EventSource;

  beforeAll(async () => {
    urls = await createVhost(inject('infrastructure'), vhost);
    client = await connectForeignClient(urls.streamUrl);
    source = createStreamSource(urls.streamUrl, 'reader');
  });
  afterAll(async () => {
    await source.close();
    await client.close();
    await deleteVhost(urls.managementUrl, vhost);
  });

  const createShort = (stream: string) =>
    client.createStream({
      stream,
      arguments: { 'max-length-bytes': 200_000, 'stream-max-segment-size-bytes': 100_000 },
    });
  const publish = async (stream: string, count: number) => {
    const publisher = await client.declarePublisher({ stream });
    let confirmed = 0;
    publisher.on('publish_confirm', (_, ids) => {
      confirmed += ids.length;
    });
    for (let i = 0; i < count; i++) await publisher.send(Buffer.alloc(MESSAGE_BYTES));
    await publisher.flush();
    await vi.waitFor(() => expect(confirmed).toBe(count), AWHILE);
    await publisher.close();
  };
  const firstOffset = async (stream: string) => (await client.streamStatsRequest(stream)).firstChunkId;
  /** Takes up to the last offset, and adds the offsets that were delivered to `into`. */
  const takeAll = async (subscription: Subscription, last: bigint, into: bigint[] = []) => {
    while (into.at(-1) !== last) {
      const taken = await subscription.take(1_000);
      if (taken === undefined) throw new Error('the subscription ended');
      into.push(...taken.map(({ offset }) => offset));
    }
  };

  it.each(ways)('is refused at the first message that it misses, when read %s', async (way, open) => {
    const partition = `held back ${way}`;
    await createShort(partition);
    await publish(partition, 1);
    const subscription = await open(source, partition);
    expect(await subscription.take(10)).toHaveLength(1);

    await publish(partition, PAST_ALL_BUFFERS);
    const delivered: bigint[] = [];
    const error = await takeAll(subscription, BigInt(PAST_ALL_BUFFERS), delivered).catch((thrown) => thrown);
    const wanted = (delivered.at(-1) ?? 0n) + 1n;
    expect(error).toMatchObject({
      name: 'SubscriptionRefused',
      refusal: { reason: 'retention-passed', wanted },
    });
    // Everything before the loss was delivered, without a gap.
    expect(delivered).toEqual(delivered.map((_, i) => BigInt(i) + 1n));
    expect(wanted).toBeLessThan(await firstOffset(partition));
    await expect(subscription.take(10)).rejects.toBe(error);
    await subscription.close();
  });

  it('is not refused when it keeps up, although its oldest messages are removed', async () => {
    const partition = 'kept up';
    await createShort(partition);
    const subscription = await source.subscribe(partition, 'first');
    for (let round = 1; round <= 20; round++) {
      await publish(partition, 20);
      await takeAll(subscription, BigInt(round * 20 - 1));
    }
    expect(await firstOffset(partition)).toBeGreaterThan(100n);
    await subscription.close();
  });

  it('is not refused at offsets that the broker has used for its own records', async () => {
    const partition = 'with stored offsets';
    await client.createStream({
      stream: partition,
      arguments: { 'stream-max-segment-size-bytes': 100_000 },
    });
    const subscription = await source.subscribe(partition, 'first');
    const consumers = await Promise.all(
      ['a', 'b', 'c'].map((consumerRef) =>
        client.declareConsumer({ stream: partition, offset: Offset.first(), consumerRef }, () => undefined),
      ),
    );
    const delivered: bigint[] = [];
    for (let round = 1; round <= 30; round++) {
      await publish(partition, 5);
      // Several readers store offsets between two messages.
      for (const consumer of consumers) await consumer.storeOffset(BigInt(round));
      while (delivered.length < round * 5) {
        delivered.push(...((await subscription.take(1_000)) ?? []).map(({ offset }) => offset));
      }
    }
    // There are gaps, so this test shows something.
    expect(delivered.at(-1)).toBeGreaterThan(BigInt(delivered.length));
    await subscription.close();
  });
});
