import { partitionsOf } from '@gavel/proto/topology';
import amqp from 'amqplib';
import { Offset, type Publisher } from 'rabbitmq-stream-js-client';
import { connectStream } from '../system/raw-stream-client.ts';
import type { WireEvent } from './sample-events.ts';

// For AMQP a stream is a queue, so the two need different names.
const SCRATCH_STREAM = 'bench.stream';
const SCRATCH = 'bench.exchange';
// A higher number does not make the stream client faster, but uses more memory.
const WINDOW = 5_000;

/** Events per second that the public stream client publishes and gets confirmed, without any Gavel code. */
export async function rawStreamPublish(streamUrl: string, events: readonly WireEvent[]): Promise<number> {
  let confirmed = 0;
  let wake = (): void => undefined;
  const client = await connectStream(streamUrl, {
    publish_confirm: ({ publishingIds }) => {
      confirmed += publishingIds.length;
      wake();
    },
  });
  try {
    await client.createStream({ stream: SCRATCH_STREAM });
    const publisher = await client.declarePublisher({ stream: SCRATCH_STREAM, publisherRef: 'bench' });
    const began = performance.now();
    for (const [i, { body, headers }] of events.entries()) {
      while (i - confirmed >= WINDOW) await new Promise<void>((resolve) => (wake = resolve));
      await publisher.send(body, { applicationProperties: headers, publishingId: BigInt(i + 1) });
    }
    while (confirmed < events.length) await new Promise<void>((resolve) => (wake = resolve));
    const rate = ratePerSecond(events.length, began);
    await publisher.close();
    await client.deleteStream({ stream: SCRATCH_STREAM });
    return rate;
  } finally {
    await client.close();
  }
}

/** Publishes this number of events to their partitions of the stream of bids and waits until all are confirmed. */
export async function rawStreamFill(
  streamUrl: string,
  count: number,
  next: () => WireEvent & { readonly partition: string },
): Promise<void> {
  let confirmed = 0;
  let wake = (): void => undefined;
  const client = await connectStream(streamUrl);
  try {
    const publishers = new Map<string, Publisher>();
    for (const stream of partitionsOf('gavel.bids')) {
      const publisher = await client.declarePublisher({ stream });
      publisher.on('publish_confirm', (_, ids) => {
        confirmed += ids.length;
        wake();
      });
      publishers.set(stream, publisher);
    }
    for (let sent = 0; sent < count; sent += 1) {
      while (sent - confirmed >= WINDOW) await new Promise<void>((resolve) => (wake = resolve));
      const { partition, headers, body } = next();
      await publishers.get(partition)?.send(body, { applicationProperties: headers });
    }
    while (confirmed < count) {
      await Promise.all([...publishers.values()].map((publisher) => publisher.flush()));
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    await client.close();
  }
}

/** Events per second that amqplib publishes to a topic exchange with one bound queue, persistent and confirmed. */
export async function rawExchangePublish(amqpUrl: string, events: readonly WireEvent[]): Promise<number> {
  const connection = await amqp.connect(amqpUrl);
  try {
    const channel = await connection.createConfirmChannel();
    await channel.assertExchange(SCRATCH, 'topic', { durable: true });
    await channel.assertQueue(SCRATCH, { durable: true, maxLength: 100_000 });
    await channel.bindQueue(SCRATCH, SCRATCH, '#');
    const began = performance.now();
    for (const [i, { subject, headers, body }] of events.entries()) {
      channel.publish(SCRATCH, subject, body, { headers, persistent: true, mandatory: true });
      if (i % WINDOW === WINDOW - 1) await channel.waitForConfirms();
    }
    await channel.waitForConfirms();
    const rate = ratePerSecond(events.length, began);
    await channel.deleteQueue(SCRATCH);
    await channel.deleteExchange(SCRATCH);
    return rate;
  } finally {
    await connection.close();
  }
}

/** Events per second when one process publishes each event to both at the same time: the upper limit for a relay. */
export async function rawBoth(
  urls: { streamUrl: string; amqpUrl: string },
  events: readonly WireEvent[],
): Promise<number> {
  const began = performance.now();
  await Promise.all([rawStreamPublish(urls.streamUrl, events), rawExchangePublish(urls.amqpUrl, events)]);
  return ratePerSecond(events.length, began);
}

/**
 * Events per second that the public stream client passes to an empty handler, from all partitions at once, each from its first
 * message to its last offset. It does not count messages, because the broker's internal entries use offsets too.
 */
export async function rawStreamConsume(
  streamUrl: string,
  last: ReadonlyMap<string, bigint>,
): Promise<{ readonly perSecond: number; readonly messages: number }> {
  const client = await connectStream(streamUrl);
  try {
    let messages = 0;
    let open = last.size;
    const all = Promise.withResolvers<void>();
    const began = performance.now();
    for (const [stream, end] of last) {
      await client.declareConsumer({ stream, offset: Offset.first() }, ({ offset }) => {
        messages += 1;
        if (offset !== end) return;
        open -= 1;
        if (open === 0) all.resolve();
      });
    }
    await all.promise;
    return { perSecond: ratePerSecond(messages, began), messages };
  } finally {
    await client.close();
  }
}

function ratePerSecond(count: number, began: number): number {
  return (count * 1000) / (performance.now() - began);
}
