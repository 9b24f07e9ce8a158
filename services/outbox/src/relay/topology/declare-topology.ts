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
import amqp, { type ChannelModel } from 'amqplib';
import { destroyAmqpSocket } from '../publisher/hidden-sockets.ts';
import { withTimeout } from '../publisher/with-timeout.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const DECLARE_TIMEOUT_MS = 8_000;
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Declares everything that events go through: the topic exchange with its alternate exchange and queue, and each stream
 * in super-stream shape. Harmless when it is there; puts back any part that is missing. Rejects when something of the same
 * name exists with other properties.
 */
export async function declareTopology(connection: ChannelModel): Promise<void> {
  // A broker that is still electing leaders may leave a declaration unanswered.
  await withTimeout('declaring topology', DECLARE_TIMEOUT_MS, declareAll(connection));
}

async function declareAll(connection: ChannelModel): Promise<void> {
  const channel = await connection.createChannel();
  // The call that a channel error answers rejects with it; without a listener the event would end the process.
  channel.on('error', () => undefined);
  await channel.assertExchange(UNROUTED_EXCHANGE, 'fanout', { durable: true });
  await channel.assertQueue(UNROUTED_QUEUE, { durable: true, arguments: UNROUTED_ARGUMENTS });
  await channel.bindQueue(UNROUTED_QUEUE, UNROUTED_EXCHANGE, '');
  await channel.assertExchange(EVENTS_EXCHANGE, 'topic', {
    durable: true,
    alternateExchange: UNROUTED_EXCHANGE,
  });
  for (const stream of Object.keys(streams) as StreamName[]) {
    // The shape that `rabbitmq-streams add_super_stream` makes, so that any stream client finds the partitions.
    await channel.assertExchange(stream, 'direct', {
      durable: true,
      arguments: { 'x-super-stream': true },
    });
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
  await channel.close();
}

/** The same over a connection of its own. */
export async function ensureTopology(amqpUrl: string): Promise<void> {
  await overOwnConnection(amqpUrl, declareTopology);
}

/** Deletes one partition of a stream with all that it holds, and declares it empty. */
export async function remakePartition(amqpUrl: string, partition: string): Promise<void> {
  await overOwnConnection(amqpUrl, async (connection) => {
    const channel = await withTimeout('opening a channel', DECLARE_TIMEOUT_MS, connection.createChannel());
    channel.on('error', () => undefined);
    await withTimeout(`deleting ${partition}`, DECLARE_TIMEOUT_MS, channel.deleteQueue(partition));
    await declareTopology(connection);
  });
}

async function overOwnConnection(
  amqpUrl: string,
  work: (connection: ChannelModel) => Promise<void>,
): Promise<void> {
  const connection = await amqp.connect(amqpUrl, { timeout: CONNECT_TIMEOUT_MS, noDelay: true });
  // Each call on the connection reports its loss by rejecting.
  connection.on('error', () => undefined);
  try {
    await work(connection);
  } finally {
    await withTimeout('closing', CLOSE_TIMEOUT_MS, connection.close()).catch(() => undefined);
    destroyAmqpSocket(connection);
  }
}
