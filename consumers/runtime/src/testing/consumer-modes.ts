import type { Pool } from '@gavel/postgres/pool';
import type { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import amqp from 'amqplib';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { asConsumer, defineQueueConsumer, type QueueConsumerDefinition } from '../define-queue-consumer.ts';
import { startConsumer } from '../start-consumer.ts';
import { startQueueConsumer } from '../start-queue-consumer.ts';
import { eventually } from './eventually.ts';
import type { EventMessage, ForeignProducer } from './foreign-producer.ts';
import { type BeforeRecording, recordingConsumer } from './recording-consumer.ts';
import { publishToExchange } from './topic-publisher.ts';

/** The consumer of a contract test, for streams and queues. */
export interface ContractConsumer {
  readonly name: string;
  readonly attempts?: number;
  readonly isTransient?: (error: unknown) => boolean;
  readonly before?: BeforeRecording;
}

export interface StartedConsumer {
  /** The consumer in the form that `redrive` accepts. */
  readonly definition: ConsumerDefinition;
  check(): unknown;
  stop(): Promise<void>;
}

/** One of the two ways in which a consumer receives events. */
export interface ConsumerMode {
  readonly mode: string;
  /** Resolves when the consumer receives everything that is published from then on. */
  start(pool: Pool, producer: ForeignProducer, consumer: ContractConsumer): Promise<StartedConsumer>;
  /** Publishes bids in order. */
  publish(producer: ForeignProducer, bids: readonly EventMessage[]): Promise<void>;
  /** Publishes a message as a foreign client could: with any headers and any body. */
  publishHostile(
    producer: ForeignProducer,
    bid: EventMessage,
    headers: Record<string, unknown>,
    body: Buffer,
  ): Promise<void>;
}

const streamMode: ConsumerMode = {
  mode: 'reading the stream',
  async start(pool, producer, { name, before, ...policy }) {
    const definition = recordingConsumer({ laterEvents: 'continue', ...policy }, before, name);
    const consumer = startConsumer({ definition, pool, streamUrl: producer.urls.streamUrl });
    await eventually(() => consumer.check());
    return { definition, check: consumer.check, stop: consumer.stop };
  },
  async publish(producer, bids) {
    for (const bid of bids) await producer.send(bid.partition, [bid]);
  },
  async publishHostile(producer, bid, headers, body) {
    const connection = await amqp.connect(producer.urls.amqpUrl);
    const channel = await connection.createConfirmChannel();
    channel.sendToQueue(bid.partition, body, { headers });
    await channel.waitForConfirms();
    await connection.close();
  },
};

const exchangeMode: ConsumerMode = {
  mode: 'working on a queue',
  async start(pool, producer, consumer) {
    const definition = recordingQueueConsumer(consumer);
    const running = startQueueConsumer({ definition, pool, amqpUrl: producer.urls.amqpUrl });
    await eventually(() => running.check());
    return { definition: asConsumer(definition), check: running.check, stop: running.stop };
  },
  publish: (producer, bids) =>
    publishToExchange(
      producer.urls.amqpUrl,
      bids.map(({ envelope, properties, body }) => ({
        subject: envelope.subject,
        headers: properties,
        body,
      })),
    ),
  publishHostile: (producer, bid, headers, body) =>
    publishToExchange(producer.urls.amqpUrl, [{ subject: bid.envelope.subject, headers, body }]),
};

/** Both ways, for contract tests. */
export const consumerModes: readonly ConsumerMode[] = [streamMode, exchangeMode];

/** The recording consumer on a queue, with short delays. */
export function recordingQueueConsumer({
  name,
  before,
  ...policy
}: ContractConsumer): QueueConsumerDefinition<typeof BidPlacedSchema> {
  const { subscription, types, handle } = recordingConsumer({ laterEvents: 'continue' }, before, name);
  return defineQueueConsumer({
    name,
    subscriptions: [subscription],
    types,
    onFailure: { delaysMs: [50, 100, 200], ...policy },
    handle: (tx, event) => handle(tx, [event]),
  });
}
