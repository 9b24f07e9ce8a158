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

/** What each partition of a stream keeps. The broker applies it when a stream is created, and never changes it afterwards. */
export interface StreamRetention {
  readonly maxAgeSeconds: number;
  readonly maxLengthBytes: number;
}

export interface TopologyOptions {
  /** For streams that do not exist yet. Default: a week and 5 GB a partition. */
  readonly retention?: StreamRetention;
  /**
   * Called once for each partition that exists with another retention. It is used as it is. `difference` is in the broker's words:
   * `x-max-age: received '3600s' but current is '604800s'`.
   */
  onOtherRetention?(partition: string, difference: string): void;
}

/** Everything that events go through: the topic exchange with its alternate exchange and queue, and each stream as a super stream. */
export interface Topology {
  /**
   * Does nothing where all of it exists, and declares again what is missing. Rejects when something of the same name exists
   * with other properties, except for the retention of a stream.
   */
  declare(connection: AmqpConnection): Promise<void>;
}

/** One object for all connections of a process, so that a difference is reported once. */
export function createTopology(options: TopologyOptions = {}): Topology {
  const accepted = new Set<string>();
  return {
    async declare(connection) {
      // The broker closes the channel at the first difference or missing stream, so each one costs a new attempt.
      for (let attempts = 2 * PARTITIONS; ; attempts--) {
        try {
          return await connection.withChannel('declaring the topology', (channel) =>
            declareAll(channel, options.retention ?? streamRetention, accepted),
          );
        } catch (error) {
          if (attempts === 0 || !learn(error, accepted, options)) throw error;
        }
      }
    },
  };
}

/** Declares the topology over a connection of its own. `name` is shown in the broker's list of connections. */
export async function ensureTopology(
  amqpUrl: string,
  name: string,
  topology = createTopology(),
): Promise<void> {
  await overOwnConnection(amqpUrl, name, topology.declare);
}

/** Deletes one partition of a stream with everything in it, and declares it again: empty, its offsets start at 0. */
export async function recreatePartition(
  amqpUrl: string,
  name: string,
  partition: string,
  topology = createTopology(),
): Promise<void> {
  await overOwnConnection(amqpUrl, name, async (connection) => {
    await connection.withChannel(`deleting ${partition}`, (channel) => channel.deleteQueue(partition));
    await topology.declare(connection);
  });
}

const PARTITIONS = (Object.keys(streams) as StreamName[]).flatMap(partitionsOf).length;
// A queue without these arguments is no stream of Gavel.
const OTHER_RETENTION =
  /inequivalent arg '(x-max-age|x-max-length-bytes|x-stream-max-segment-size-bytes)' for queue '([^']+)' in vhost '[^']*': (received .+ but current is (?!none).+?)"?$/;
const MISSING = /no queue '([^']+)'/;

/** Takes a broker's refusal into account. False when it is another problem. */
function learn(error: unknown, accepted: Set<string>, { onOtherRetention }: TopologyOptions): boolean {
  const text = error instanceof Error ? error.message : '';
  const [, argument, partition, values] = OTHER_RETENTION.exec(text) ?? [];
  if (partition !== undefined && !accepted.has(partition)) {
    accepted.add(partition);
    onOtherRetention?.(partition, `${argument}: ${values}`);
    return true;
  }
  // A stream that was deleted since: it is created with the retention of today.
  return accepted.delete(MISSING.exec(text)?.[1] ?? '');
}

async function declareAll(
  channel: Channel,
  retention: StreamRetention,
  accepted: ReadonlySet<string>,
): Promise<void> {
  await channel.assertExchange(UNROUTED_EXCHANGE, 'fanout', { durable: true });
  await channel.assertQueue(UNROUTED_QUEUE, { durable: true, arguments: UNROUTED_ARGUMENTS });
  await channel.bindQueue(UNROUTED_QUEUE, UNROUTED_EXCHANGE, '');
  await declareEventsExchange(channel);
  for (const stream of Object.keys(streams) as StreamName[]) {
    await declareSuperStream(channel, stream, retention, accepted);
  }
}

/** Declares the topic exchange alone, with the properties that every process expects. */
export async function declareEventsExchange(channel: Channel): Promise<void> {
  await channel.assertExchange(EVENTS_EXCHANGE, 'topic', {
    durable: true,
    alternateExchange: UNROUTED_EXCHANGE,
  });
}

// The shape that `rabbitmq-streams add_super_stream` creates, so that any stream client finds the partitions.
async function declareSuperStream(
  channel: Channel,
  stream: StreamName,
  retention: StreamRetention,
  accepted: ReadonlySet<string>,
): Promise<void> {
  await channel.assertExchange(stream, 'direct', { durable: true, arguments: { 'x-super-stream': true } });
  for (const [order, partition] of partitionsOf(stream).entries()) {
    if (accepted.has(partition)) await channel.checkQueue(partition);
    else {
      await channel.assertQueue(partition, {
        durable: true,
        arguments: {
          'x-queue-type': 'stream',
          'x-max-age': `${retention.maxAgeSeconds}s`,
          'x-max-length-bytes': retention.maxLengthBytes,
          'x-stream-max-segment-size-bytes': streamRetention.maxSegmentSizeBytes,
        },
      });
    }
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
