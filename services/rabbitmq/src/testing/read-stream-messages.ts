import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import amqp, { type ChannelModel } from 'amqplib';
import { v7 as uuidv7 } from 'uuid';

export interface StreamMessage {
  readonly partition: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/**
 * All messages of a stream, in order within each partition. A marker message is published to each partition first, and reading
 * ends when it arrives.
 */
export async function readStreamMessages(amqpUrl: string, stream: StreamName): Promise<StreamMessage[]> {
  const connection = await amqp.connect(amqpUrl);
  connection.on('error', () => undefined);
  try {
    const messages: StreamMessage[] = [];
    for (const partition of partitionsOf(stream))
      messages.push(...(await readPartition(connection, partition)));
    return messages;
  } finally {
    await connection.close();
  }
}

async function readPartition(connection: ChannelModel, partition: string): Promise<StreamMessage[]> {
  const messages: StreamMessage[] = [];
  const marker = uuidv7();
  const channel = await connection.createConfirmChannel();
  await channel.prefetch(500);
  channel.sendToQueue(partition, Buffer.from(''), { messageId: marker });
  await channel.waitForConfirms();
  await new Promise<void>((resolve, reject) => {
    channel.on('error', reject);
    channel
      .consume(
        partition,
        (message) => {
          if (!message) return reject(new Error(`${partition} was deleted`));
          channel.ack(message);
          const { messageId, headers } = message.properties;
          if (messageId === marker) resolve();
          // Markers of earlier readings have no event headers.
          else if (Object.keys(headers ?? {}).some((name) => !name.startsWith('x-'))) {
            messages.push({ partition, headers: headers ?? {} });
          }
        },
        { arguments: { 'x-stream-offset': 'first' } },
      )
      .catch(reject);
  });
  await channel.close();
  return messages;
}
