import { EVENTS_EXCHANGE, partitionsOf } from '@gavel/proto/topology';
import amqp from 'amqplib';
import { Offset } from 'rabbitmq-stream-js-client';
import { connectStream } from '../../system/raw-stream-client.ts';
import type { PeerUrls } from './peer.ts';

const PREFETCH = 500;

/** How the events of every contender are received, for the lines below the table. */
export const SUBSCRIBER =
  'stock stream client, all partitions, from next; amqplib with a queue bound to #, ' +
  `prefetch ${PREFETCH}, acknowledged one by one`;

/**
 * Receives every new event of the bids from the stream and the topic exchange, with the public clients and an empty handler.
 * Resolves when both are open, with a function that closes them.
 * @param told receives the subject's last token, the aggregate's id
 */
export async function subscribe(
  { amqpUrl, streamUrl }: PeerUrls,
  told: (channel: 'stream' | 'exchange', aggregateId: string) => void,
): Promise<() => Promise<void>> {
  const hear = (channel: 'stream' | 'exchange', subject: unknown): void =>
    told(channel, String(subject).split('.').at(-1) ?? '');
  const stream = await connectStream(streamUrl);
  for (const partition of partitionsOf('gavel.bids')) {
    await stream.declareConsumer({ stream: partition, offset: Offset.next() }, (message) =>
      hear('stream', message.messageProperties?.subject),
    );
  }
  const connection = await amqp.connect(amqpUrl, { noDelay: true });
  const channel = await connection.createChannel();
  await channel.prefetch(PREFETCH);
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, EVENTS_EXCHANGE, '#');
  await channel.consume(queue, (message) => {
    if (message === null) return;
    hear('exchange', message.fields.routingKey);
    channel.ack(message);
  });
  return async () => {
    await connection.close();
    await stream.close();
  };
}
