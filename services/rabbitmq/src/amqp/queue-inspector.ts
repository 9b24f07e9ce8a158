import { connectAmqp } from './amqp-connection.ts';

/** A message that waits in a queue. */
export interface QueuedMessage {
  readonly exchange: string;
  readonly routingKey: string;
  /** As they came: a foreign client may have sent values of any type, and the broker adds some (`x-death`). */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** Looks into queues from which no process consumes. */
export interface QueueInspector {
  /** The messages that are ready; undefined if there is no such queue. Exact, unlike the counts of the management API. */
  count(queue: string): Promise<number | undefined>;
  /**
   * The oldest messages, at most `limit`. They go back to their places in the queue. Only for a classic queue: a quorum queue
   * counts this as a failed delivery, and drops a message after 20 of them.
   */
  peek(queue: string, limit: number): Promise<QueuedMessage[]>;
  /** Removes all messages that are ready. Returns their number. */
  empty(queue: string): Promise<number>;
  close(): Promise<void>;
}

/** Opens a connection of its own. Rejects within 5 s a step when the broker is unavailable or refuses. */
export async function inspectQueues(url: string, name: string): Promise<QueueInspector> {
  const connection = await connectAmqp({ url, name });
  return {
    async count(queue) {
      try {
        const { messageCount } = await connection.withChannel(`counting ${queue}`, (channel) =>
          channel.checkQueue(queue),
        );
        return messageCount;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    peek: (queue, limit) =>
      connection.withChannel(`reading ${queue}`, async (channel) => {
        const messages: QueuedMessage[] = [];
        while (messages.length < limit) {
          const message = await channel.get(queue, { noAck: false });
          if (message === false) break;
          const { exchange, routingKey } = message.fields;
          messages.push({
            exchange,
            routingKey,
            headers: message.properties.headers ?? {},
            body: message.content,
          });
        }
        if (messages.length > 0) channel.nackAll(true);
        return messages;
      }),
    async empty(queue) {
      const { messageCount } = await connection.withChannel(`emptying ${queue}`, (channel) =>
        channel.purgeQueue(queue),
      );
      return messageCount;
    },
    close: () => connection.close(),
  };
}

/** True when the broker answered that there is no such queue. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 404;
}
