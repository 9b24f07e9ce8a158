import 'server-only';
import { createLogger } from '@gavel/observability/logger';
import { toBindingKey } from '@gavel/proto/subjects';
import { EVENTS_EXCHANGE } from '@gavel/proto/topology';
import { type AmqpConnection, connectAmqp } from '@gavel/rabbitmq/amqp-connection';
import { superviseSession } from '@gavel/rabbitmq/supervise-session';
import type { ConsumeMessage } from 'amqplib';

const log = createLogger('bff');

const SUBSCRIPTION = 'gavel.bids.*.*';
const HEARTBEAT_SECONDS = 10;
const BACK_OFF = { firstMs: 250, maxMs: 2_000 };
/** How often the binding is made again, in case somebody removed it: an exchange that is deleted takes its bindings with it. */
const BIND_MS = 2_000;

export interface TopicSubscription {
  /** True while messages arrive. */
  readonly connected: boolean;
  close(): Promise<void>;
}

interface TopicSubscriptionOptions {
  readonly url: string;
  onMessage(message: ConsumeMessage): void;
  /** Called after each reconnect: messages in between were missed. */
  onReconnect(): void;
}

/**
 * Subscribes to the topic exchange with an exclusive queue. The subscription is opened again after each loss; the queue
 * disappears with its connection, so no messages pile up in it. An exchange that is deleted and declared again is bound again
 * within some seconds; messages in between are missed, and the broker does not say so.
 */
export function subscribeToTopic({
  url,
  onMessage,
  onReconnect,
}: TopicSubscriptionOptions): TopicSubscription {
  let isFirst = true;
  const supervision = superviseSession<AmqpConnection>({
    what: 'subscription to live prices',
    log,
    backOff: BACK_OFF,
    open: (signal) => open(url, signal, onMessage),
    onOpened() {
      log.info('live prices are on');
      if (!isFirst) onReconnect();
      isFirst = false;
    },
  });
  return {
    get connected() {
      return supervision.session !== undefined;
    },
    close: () => supervision.stop(),
  };
}

async function open(
  url: string,
  signal: AbortSignal,
  onMessage: (message: ConsumeMessage) => void,
): Promise<AmqpConnection> {
  const connection = await connectAmqp({ url, name: 'bff', heartbeatSeconds: HEARTBEAT_SECONDS, signal });
  try {
    const { channel } = connection;
    // Passive: the relay declares the exchange and its arguments.
    await channel.checkExchange(EVENTS_EXCHANGE);
    const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true, durable: false });
    await channel.bindQueue(queue, EVENTS_EXCHANGE, toBindingKey(SUBSCRIPTION));
    const deliver = (message: ConsumeMessage | null): void => {
      if (message) onMessage(message);
      else connection.fail(new Error('the queue of the subscription was deleted'));
    };
    await channel.consume(queue, deliver, { noAck: true });
    keepBound(connection, queue);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** While the exchange is missing, binding fails: that closes the channel, and so ends the session. */
function keepBound({ channel, lost, fail }: AmqpConnection, queue: string): void {
  const timer = setInterval(() => {
    channel.bindQueue(queue, EVENTS_EXCHANGE, toBindingKey(SUBSCRIPTION)).catch((error: unknown) => {
      fail(new Error('the queue of the subscription cannot be bound', { cause: error }));
    });
  }, BIND_MS);
  lost.addEventListener('abort', () => clearInterval(timer));
}
