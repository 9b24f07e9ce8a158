import { EVENTS_EXCHANGE, UNROUTED_EXCHANGE } from '@gavel/proto/topology';
import amqp from 'amqplib';

/** A message for the topic exchange, as any client could send it. */
export interface TopicMessage {
  readonly subject: string;
  readonly headers: Record<string, unknown>;
  readonly body: Buffer;
}

/** Publishes to the topic exchange in order, over its own connection, and resolves when the broker has confirmed all messages. */
export async function publishToExchange(amqpUrl: string, messages: readonly TopicMessage[]): Promise<void> {
  const connection = await amqp.connect(amqpUrl, { timeout: 5_000 });
  // If the connection is lost, each call rejects.
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createConfirmChannel();
    await channel.assertExchange(EVENTS_EXCHANGE, 'topic', {
      durable: true,
      alternateExchange: UNROUTED_EXCHANGE,
    });
    for (const { subject, headers, body } of messages) {
      channel.publish(EVENTS_EXCHANGE, subject, body, { persistent: true, headers });
    }
    await channel.waitForConfirms();
  } finally {
    await connection.close().catch(() => undefined);
  }
}
