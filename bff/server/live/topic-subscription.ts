import { createLogger } from '@gavel/observability/logger';
import { toBindingKey } from '@gavel/proto/subjects';
import { EVENTS_EXCHANGE } from '@gavel/proto/topology';
import { type ChannelModel, type ConsumeMessage, connect } from 'amqplib';

const log = createLogger('bff');

const SUBSCRIPTION = 'gavel.bids.*.*';
const HEARTBEAT_SECONDS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const BACKOFF_MS = { first: 250, most: 10_000 } as const;

export interface TopicSubscription {
  /** True while messages arrive. */
  readonly connected: boolean;
  close(): Promise<void>;
}

interface TopicSubscriptionOptions {
  url: string;
  onMessage: (message: ConsumeMessage) => void;
  /** After each connection but the first: messages in between were missed. */
  onReconnect: () => void;
}

/**
 * One supervised connection with an exclusive queue of its own on the topic exchange. When the broker goes away it
 * connects again, with growing pauses, for ever; the queue vanishes with the connection, so nothing piles up behind it.
 */
export function subscribeToTopic(options: TopicSubscriptionOptions): TopicSubscription {
  let connection: ChannelModel | undefined;
  let connected = false;
  let closed = false;
  let wake = (): void => undefined;

  const supervise = async (): Promise<void> => {
    let failures = 0;
    let before = false;
    while (!closed) {
      try {
        const { ended } = await open();
        // Closed while it was opening: close() found nothing to end yet, so nothing would ever end.
        if (closed) break;
        if (before) options.onReconnect();
        before = true;
        failures = 0;
        connected = true;
        await ended;
      } catch (error) {
        // Said once an outage, not once an attempt.
        if (!closed && failures++ === 0)
          log.warn({ err: error }, 'live prices are off: no topic subscription');
      }
      connected = false;
      await discard();
      if (!closed) await pause(Math.min(BACKOFF_MS.first * 2 ** failures, BACKOFF_MS.most));
    }
    await discard();
  };

  /** Connects and consumes; `ended` settles when the connection is over. An object, because await flattens promises. */
  const open = async (): Promise<{ ended: Promise<void> }> => {
    const opened = await connect(withHeartbeat(options.url), { timeout: CONNECT_TIMEOUT_MS });
    connection = opened;
    const gone = new Promise<void>((resolve) => {
      opened.on('close', () => resolve());
      opened.on('error', (error: unknown) => log.warn({ err: error }, 'topic connection failed'));
    });
    if (closed) return { ended: gone };
    const channel = await opened.createChannel();
    const lost = new Promise<void>((resolve) => {
      channel.on('close', () => resolve());
      channel.on('error', (error: unknown) => log.warn({ err: error }, 'topic channel failed'));
    });
    // Passive: the relay owns the exchange and its arguments.
    await channel.checkExchange(EVENTS_EXCHANGE);
    const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true, durable: false });
    await channel.bindQueue(queue, EVENTS_EXCHANGE, toBindingKey(SUBSCRIPTION));
    const cancelled = Promise.withResolvers<void>();
    await channel.consume(queue, (message) => (message ? options.onMessage(message) : cancelled.resolve()), {
      noAck: true,
    });
    log.info({ queue }, 'live prices are on');
    return { ended: Promise.race([gone, lost, cancelled.promise]) };
  };

  const discard = async (): Promise<void> => {
    const opened = connection;
    connection = undefined;
    if (!opened) return;
    try {
      await opened.close();
    } catch (error) {
      log.debug({ err: error }, 'topic connection was closed already');
    }
  };

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const supervision = supervise();
  return {
    get connected() {
      return connected;
    },
    async close() {
      closed = true;
      wake();
      await discard();
      await supervision;
    },
  };
}

/** amqplib takes the heartbeat as part of the address only. */
function withHeartbeat(address: string): string {
  const url = new URL(address);
  url.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
  return url.href;
}
