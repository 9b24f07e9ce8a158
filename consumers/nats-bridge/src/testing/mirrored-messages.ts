import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';

/** One message of a JetStream stream, as any subscriber reads it. */
export interface MirroredMessage {
  readonly subject: string;
  readonly id: string;
  readonly partition: string;
  readonly offset: bigint;
  readonly aggregate: string;
  readonly version: bigint;
  readonly body: Uint8Array;
}

/** Any NATS client. */
export function connectNats(text: string): Promise<NatsConnection> {
  const url = new URL(text);
  return connect({ servers: url.host, user: url.username, pass: url.password });
}

/** How many messages a JetStream stream holds; 0 if it does not exist. */
export async function countMirrored(connection: NatsConnection, stream: string): Promise<number> {
  const manager = await jetstreamManager(connection);
  const names = await manager.streams.names().next();
  return names.includes(stream) ? (await manager.streams.info(stream)).state.messages : 0;
}

/** All messages of a JetStream stream, in order. */
export async function readMirrored(connection: NatsConnection, stream: string): Promise<MirroredMessage[]> {
  const manager = await jetstreamManager(connection);
  const left = (await manager.streams.info(stream)).state.messages;
  const consumer = await jetstream(connection).consumers.get(stream, {
    deliver_policy: DeliverPolicy.All,
  });
  const messages: MirroredMessage[] = [];
  if (left === 0) return messages;
  const iterator = await consumer.fetch({ max_messages: left, expires: 20_000 });
  for await (const { subject, headers, data } of iterator) {
    const header = (name: string): string => headers?.get(name) ?? '';
    messages.push({
      subject,
      id: header('ce-id'),
      partition: header('Gavel-Stream'),
      offset: BigInt(header('Gavel-Offset') || '-1'),
      aggregate: header('ce-partitionkey'),
      version: BigInt(header('ce-sequence') || '0'),
      body: data,
    });
    if (messages.length === left) break;
  }
  return messages;
}
