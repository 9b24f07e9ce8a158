import { randomUUID } from 'node:crypto';
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import { type EventEnvelope, toHeaders } from '@gavel/proto/envelope';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { partitionFor } from '@gavel/proto/partitioner';
import { findEvent } from '@gavel/proto/registry';
import { eventSubject } from '@gavel/proto/subjects';
import { partitionsOf } from '@gavel/proto/topology';
import { connectForeignClient } from '@gavel/rabbitmq/testing/foreign-client';
import type { Client } from 'rabbitmq-stream-js-client';
import { inject } from 'vitest';

type Urls = ReturnType<typeof inject<'infrastructure'>>;

/** A message as any client could send it. */
export interface ForeignMessage {
  body: Buffer;
  properties: Record<string, string>;
}

/** A producer with its own virtual host that shares only the contracts with the relay. */
export interface ForeignProducer {
  urls: Urls;
  client: Client;
  /** Publishes in order, and resolves when the broker has confirmed the messages. */
  send(partition: string, messages: readonly ForeignMessage[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Creates a virtual host with the partitions of gavel.bids, on the broker of the test run or on another one.
 * `withStreams: false` leaves the partitions to a relay, which declares them with its own arguments.
 */
export async function openForeignProducer(
  urls: Urls = inject('infrastructure'),
  { withStreams = true }: { withStreams?: boolean } = {},
): Promise<ForeignProducer> {
  const vhost = `test-${randomUUID()}`;
  const own = await createVhost(urls, vhost);
  const client = await connectForeignClient(own.streamUrl);
  // A super stream, as the relay declares it, because only then the broker spreads the partitions over the members of a group.
  const partitions = partitionsOf('gavel.bids');
  if (withStreams)
    await client.createSuperStream({ streamName: 'gavel.bids', arguments: {} }, undefined, partitions.length);
  return {
    urls: own,
    client,
    send: (partition, messages) => sendAll(own.streamUrl, partition, messages),
    async close() {
      await client.close();
      await deleteVhost(urls.managementUrl, vhost);
    },
  };
}

/** An event as the relay would publish it: envelope, body and partition. */
export interface EventMessage extends ForeignMessage {
  partition: string;
  envelope: EventEnvelope;
}

/** An event of any type; `envelope` overrides attributes. The body may break the rules of its contract. */
export function eventMessage<S extends DescMessage>(
  schema: S,
  aggregateId: string,
  sequence: number | bigint,
  body: MessageInitShape<S>,
  envelope: Partial<EventEnvelope> = {},
): EventMessage {
  const definition = findEvent(schema.typeName);
  if (definition === undefined) throw new Error(`${schema.typeName} is not an event`);
  const full: EventEnvelope = {
    id: uuidv7(),
    source: definition.source,
    type: definition.type,
    subject: eventSubject(definition.context, definition.event, aggregateId),
    time: new Date().toISOString(),
    partitionkey: aggregateId,
    sequence: String(sequence),
    ...envelope,
  };
  return {
    partition: partitionFor(definition.stream, aggregateId),
    envelope: full,
    body: Buffer.from(toBinary(schema, create(schema, body))),
    properties: toHeaders(full),
  };
}

/** A well-formed BidPlaced; `change` overrides fields of the body, `envelope` attributes. */
export function bidMessage(
  change: MessageInitShape<typeof BidPlacedSchema> & { itemId: string; userId: string },
  sequence: number,
  envelope: Partial<EventEnvelope> = {},
): EventMessage {
  const timestamp = change.timestamp ?? new Date().toISOString();
  const body = { bidId: uuidv7(), amount: 100n, currency: 'USD', ...change, timestamp };
  return eventMessage(BidPlacedSchema, change.itemId, sequence, body, { time: timestamp, ...envelope });
}

/** A UUIDv7 of now, or of another moment. */
export function uuidv7(ms = Date.now()): string {
  const time = ms.toString(16).padStart(12, '0');
  const random = randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

// send() resolves before the broker has stored anything, so this uses its own connection and waits for every confirm.
async function sendAll(
  streamUrl: string,
  partition: string,
  messages: readonly ForeignMessage[],
): Promise<void> {
  const client = await connectForeignClient(streamUrl);
  const publisher = await client.declarePublisher({ stream: partition });
  let confirmed = 0;
  const all = new Promise<void>((resolve) => {
    publisher.on('publish_confirm', (_, ids) => {
      confirmed += ids.length;
      if (confirmed >= messages.length) resolve();
    });
  });
  for (const { body, properties } of messages)
    await publisher.send(body, { applicationProperties: properties });
  await publisher.flush();
  if (messages.length > 0) await all;
  await client.close();
}
