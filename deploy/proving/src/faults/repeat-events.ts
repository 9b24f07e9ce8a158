import { setTimeout as delay } from 'node:timers/promises';
import { fromHeaders } from '@gavel/proto/envelope';
import { EVENTS_EXCHANGE, partitionsOf } from '@gavel/proto/topology';
import amqp from 'amqplib';
import { connectStream, type RawMessage, readMessages } from '../system/raw-stream-client.ts';
import type { System } from '../system/start-system.ts';
import { readLastOffsets } from '../system/stream-ends.ts';
import { COPY_HEADER } from './collect-history.ts';
import type { Random } from './random.ts';

interface Found extends RawMessage {
  readonly partition: string;
}

/** How many of the newest messages of each partition may be sent again. */
const NEWEST = 30n;
const PATIENCE_MS = 30_000;

/**
 * Acts as a foreign client: takes the newest events of the stream, including copies, and sends each one or two times more, in any
 * order, to its partition and to the topic exchange. Copies differ only in a header.
 * @returns the number of copies that the broker has confirmed in the stream
 */
export async function repeatEvents(system: Pick<System, 'infrastructure'>, random: Random): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await repeatOnce(system, random.fork());
    } catch (error) {
      // A broker that has just started may have no leader yet. A retry only makes more copies.
      if (performance.now() > deadline) throw error;
      await delay(250);
    }
  }
}

async function repeatOnce(
  { infrastructure: { urls } }: Pick<System, 'infrastructure'>,
  random: Random,
): Promise<number> {
  const found = await readNewest(urls.streamUrl);
  const copies = random.shuffle(found.flatMap((event) => (random.next() < 0.3 ? [event, event] : [event])));
  const connection = await amqp.connect(urls.amqpUrl);
  // A cut connection shows in the confirms that do not come.
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    for (const { partition, headers, body } of copies) {
      const envelope = fromHeaders(headers);
      if (!envelope.ok) continue;
      const options = {
        persistent: true,
        messageId: envelope.envelope.id,
        type: envelope.envelope.type,
        headers: { ...headers, [COPY_HEADER]: 'yes' },
      };
      channel.publish('', partition, body, options);
      channel.publish(EVENTS_EXCHANGE, envelope.envelope.subject, body, options);
    }
    await channel.waitForConfirms();
    return copies.length;
  } finally {
    await connection.close().catch(() => undefined);
  }
}

async function readNewest(streamUrl: string): Promise<Found[]> {
  const ends = await readLastOffsets(streamUrl, partitionsOf('gavel.bids'));
  const client = await connectStream(streamUrl);
  try {
    const found: Found[] = [];
    for (const [partition, to] of ends) {
      const from = to > NEWEST ? to - NEWEST : 0n;
      for (const message of await readMessages(client, partition, { from, to })) {
        found.push({ ...message, partition });
      }
    }
    return found;
  } finally {
    await client.close();
  }
}
