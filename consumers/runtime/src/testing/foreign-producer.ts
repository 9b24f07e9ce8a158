import { randomUUID } from 'node:crypto';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import { type EventEnvelope, toHeaders } from '@gavel/proto/envelope';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { partitionFor } from '@gavel/proto/partitioner';
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

/** Creates a virtual host with the partitions of gavel.bids, on the broker of the test run or on another one. */
export async function openForeignProducer(urls: Urls = inject('infrastructure')): Promise<ForeignProducer> {
  const vhost = `test-${randomUUID()}`;
  const own = await createVhost(urls, vhost);
  const client = await connectForeignClient(own.streamUrl);
  // A super stream, as the relay declares it: then the broker spreads the partitions over the members of a group.
  const partitions = partitionsOf('gavel.bids');
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

/** A bid as the relay would publish it: envelope, body and partition. */
export interface BidMessage extends ForeignMessage {
  partition: string;
  envelope: EventEnvelope;
}

/** A well-formed BidPlaced; `change` overrides fields of the body, `envelope` attributes. */
export function bidMessage(
  change: MessageInitShape<typeof BidPlacedSchema> & { itemId: string; userId: string },
  sequence: number,
  envelope: Partial<EventEnvelope> = {},
): BidMessage {
  const timestamp = change.timestamp ?? new Date().toISOString();
  const full: EventEnvelope = {
    id: uuidv7(),
    source: '/gavel/bids',
    type: 'bids.v1.BidPlaced',
    subject: `gavel.bids.bid_placed.${change.itemId}`,
    time: timestamp,
    partitionkey: change.itemId,
    sequence: String(sequence),
    ...envelope,
  };
  const body = create(BidPlacedSchema, {
    bidId: uuidv7(),
    amount: 100n,
    currency: 'USD',
    ...change,
    timestamp,
  });
  return {
    partition: partitionFor('gavel.bids', change.itemId),
    envelope: full,
    body: Buffer.from(toBinary(BidPlacedSchema, body)),
    properties: toHeaders(full),
  };
}

/** A UUIDv7 of now, or of another moment. */
export function uuidv7(ms = Date.now()): string {
  const time = ms.toString(16).padStart(12, '0');
  const random = randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

// send() resolves before the broker has anything, so this uses its own connection and waits for every confirm.
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
