import { EVENTS_EXCHANGE, partitionsOf } from '@gavel/proto/topology';
import amqp from 'amqplib';
import { Offset } from 'rabbitmq-stream-js-client';
import { connectStream } from '../../system/raw-stream-client.ts';
import type { PeerUrls } from './peer.ts';

const PREFETCH = 500;

/** How the events of every contender are heard, for the lines under the table. */
export const SUBSCRIBER =
  'stock stream client, all partitions, from next; amqplib with a queue bound to #, ' +
  `prefetch ${PREFETCH}, acknowledged one by one`;

/**
 * Hears of every new event of the bids, on the stream and on the topic exchange, with the stock clients and a handler that
 * does nothing; resolves when both are open, with the way to close them.
 * @param told gets the subject's last token, the aggregate's id
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
