import {
  EVENTS_EXCHANGE,
  partitionsOf,
  type StreamName,
  streamRetention,
  streams,
  UNROUTED_ARGUMENTS,
  UNROUTED_EXCHANGE,
  UNROUTED_QUEUE,
} from '@gavel/proto/topology';
import type { Channel } from 'amqplib';
import { type AmqpConnection, connectAmqp } from './amqp/amqp-connection.ts';

/**
 * Declares everything that events go through: the topic exchange with its alternate exchange and queue, and each stream as
 * a super stream. Does nothing where all of it exists, and declares again what is missing. Rejects when something of the
 * same name exists with other properties.
 */
export async function declareTopology(connection: AmqpConnection): Promise<void> {
  await connection.withChannel('declaring the topology', declareAll);
}

/** The same over a connection of its own. `name` is shown in the broker's list of connections. */
export async function ensureTopology(amqpUrl: string, name: string): Promise<void> {
  await overOwnConnection(amqpUrl, name, declareTopology);
}

/** Deletes one partition of a stream with everything in it, and declares it again: empty, its offsets start at 0. */
export async function recreatePartition(amqpUrl: string, name: string, partition: string): Promise<void> {
  await overOwnConnection(amqpUrl, name, async (connection) => {
    await connection.withChannel(`deleting ${partition}`, (channel) => channel.deleteQueue(partition));
    await declareTopology(connection);
  });
}

async function declareAll(channel: Channel): Promise<void> {
  await channel.assertExchange(UNROUTED_EXCHANGE, 'fanout', { durable: true });
  await channel.assertQueue(UNROUTED_QUEUE, { durable: true, arguments: UNROUTED_ARGUMENTS });
  await channel.bindQueue(UNROUTED_QUEUE, UNROUTED_EXCHANGE, '');
  await declareEventsExchange(channel);
  for (const stream of Object.keys(streams) as StreamName[]) await declareSuperStream(channel, stream);
}

/** Declares the topic exchange alone, with the properties that every process expects. */
export async function declareEventsExchange(channel: Channel): Promise<void> {
  await channel.assertExchange(EVENTS_EXCHANGE, 'topic', {
    durable: true,
    alternateExchange: UNROUTED_EXCHANGE,
  });
}

// The shape that `rabbitmq-streams add_super_stream` creates, so that any stream client finds the partitions.
async function declareSuperStream(channel: Channel, stream: StreamName): Promise<void> {
  await channel.assertExchange(stream, 'direct', { durable: true, arguments: { 'x-super-stream': true } });
  for (const [order, partition] of partitionsOf(stream).entries()) {
    await channel.assertQueue(partition, {
      durable: true,
      arguments: {
        'x-queue-type': 'stream',
        'x-max-age': `${streamRetention.maxAgeSeconds}s`,
        'x-max-length-bytes': streamRetention.maxLengthBytes,
        'x-stream-max-segment-size-bytes': streamRetention.maxSegmentSizeBytes,
      },
    });
    await channel.bindQueue(partition, stream, String(order), { 'x-stream-partition-order': order });
  }
}

async function overOwnConnection(
  url: string,
  name: string,
  work: (connection: AmqpConnection) => Promise<void>,
): Promise<void> {
  const connection = await connectAmqp({ url, name });
  try {
    await work(connection);
  } finally {
    await connection.close();
  }
}
