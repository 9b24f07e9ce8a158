import { toHeaders } from '@gavel/proto/envelope';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { partitionFor } from '@gavel/proto/partitioner';
import { eventSubject } from '@gavel/proto/subjects';
import { EVENTS_EXCHANGE, partitionsOf } from '@gavel/proto/topology';
import amqp from 'amqplib';
import type { Publisher } from 'rabbitmq-stream-js-client';
import { v7 as uuid } from 'uuid';
import { connectStream } from '../../system/raw-stream-client.ts';
import type { Handle, PeerUrls } from './peer.ts';

const CONTENT_TYPE = 'application/json';

/**
 * The work of Gavel's relay as a handler of a peer: publishes one event to the stream and the topic exchange, persistent and
 * mandatory, with the public clients as their documentation shows. Done when both have confirmed. Each event has its own
 * aggregate.
 */
export async function publishToBroker({ amqpUrl, streamUrl }: PeerUrls): Promise<Handle> {
  const sendToStream = await streamSender(streamUrl);
  const connection = await amqp.connect(amqpUrl, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  return async (id, payload) => {
    const subject = eventSubject('bids', 'bid_placed', id);
    const time = new Date().toISOString();
    const type = BidPlacedSchema.typeName;
    const source = '/gavel/bids';
    const headers = toHeaders({ id, source, type, subject, time, partitionkey: id, sequence: '1' });
    const body = Buffer.from(JSON.stringify(payload));
    const exchange = new Promise<void>((resolve, reject) => {
      channel.publish(
        EVENTS_EXCHANGE,
        subject,
        body,
        { persistent: true, mandatory: true, messageId: id, type, contentType: CONTENT_TYPE, headers },
        (error: unknown) => (error ? reject(error) : resolve()),
      );
    });
    await Promise.all([exchange, sendToStream(id, subject, headers, body)]);
  };
}

type Send = (id: string, subject: string, headers: Record<string, string>, body: Buffer) => Promise<void>;

async function streamSender(streamUrl: string): Promise<Send> {
  const client = await connectStream(streamUrl);
  const waiting = new Map<bigint, () => void>();
  const publishers = new Map<string, Publisher>();
  // Without a reference the client numbers messages itself, and returns the number too late to wait for its confirm.
  const publisherRef = uuid();
  for (const stream of partitionsOf('gavel.bids')) {
    const publisher = await client.declarePublisher({ stream, publisherRef });
    publisher.on('publish_confirm', (code, ids) => {
      if (code !== null) throw new Error(`${stream} refused a message with code ${code}`);
      for (const id of ids) {
        waiting.get(id)?.();
        waiting.delete(id);
      }
    });
    publishers.set(stream, publisher);
  }
  let publishingId = 0n;
  return (id, subject, applicationProperties, body) => {
    publishingId += 1n;
    const own = publishingId;
    const messageProperties = { messageId: id, subject, contentType: CONTENT_TYPE };
    return new Promise((resolve, reject) => {
      waiting.set(own, resolve);
      publishers
        .get(partitionFor('gavel.bids', id))
        ?.send(body, { publishingId: own, applicationProperties, messageProperties })
        .catch(reject);
    });
  };
}
