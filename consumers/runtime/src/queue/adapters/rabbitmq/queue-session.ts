import amqp, { type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import { defaultDelaysMs, type QueueConsumerDefinition } from '../../../define-queue-consumer.ts';
import { countSent } from '../../../telemetry/metrics.ts';
import type { DeliveryResult, QueuedDelivery, QueueSession } from '../../application/ports.ts';
import { queueNames, retryDelay } from '../../domain/queues.ts';
import { declareQueues } from './declare-queues.ts';
import { delayedHeaders, readCounts, textHeaders } from './message-headers.ts';

export interface QueueSessionOptions {
  readonly amqpUrl: string;
  readonly definition: QueueConsumerDefinition;
  /** Most messages delivered and not settled. */
  readonly prefetch: number;
  readonly onDelivery: (delivery: QueuedDelivery) => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;
/** A broker that hangs is noticed after two of them. */
const HEARTBEAT_S = 5;
/** Queues and bindings that somebody removed are declared again as often, and the depth is looked at. */
const PULSE_MS = 10_000;
/** A message that was in hand when its consumer ended this often is met alone, so that others are not counted with it. */
const SUSPECT_REDELIVERIES = 2;

/** Connects, declares the consumer's queues and begins to consume. Rejects when any of it fails. */
export async function openQueueSession(options: QueueSessionOptions): Promise<QueueSession> {
  const { definition } = options;
  const connection = await amqp.connect(withHeartbeat(options.amqpUrl), {
    timeout: CONNECT_TIMEOUT_MS,
    noDelay: true,
    keepAlive: true,
    clientProperties: { connection_name: `consumer ${definition.name}` },
  });
  const lost = new AbortController();
  const ended = Promise.withResolvers<Error>();
  const fail = (error: Error): void => {
    lost.abort();
    ended.resolve(error);
  };
  connection.on('error', fail);
  connection.on('close', () => fail(new Error('AMQP connection closed')));
  const close = async (): Promise<void> => {
    clearInterval(pulse);
    fail(new Error('closed'));
    const timer = Promise.withResolvers<void>();
    const timeout = setTimeout(timer.resolve, CLOSE_TIMEOUT_MS);
    // A connection that is gone already has nothing left to close.
    await Promise.race([connection.close().catch(() => undefined), timer.promise]);
    clearTimeout(timeout);
  };
  let pulse: NodeJS.Timeout | undefined;
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', fail);
    channel.on('close', () => fail(new Error('AMQP channel closed')));
    channel.on('return', () => fail(new Error('a retry queue is missing')));
    let waiting = await declareQueues(channel, definition);
    const consuming = new Consuming(channel, options, lost.signal, fail);
    await consuming.start();
    pulse = setInterval(() => {
      // An error closes the channel, and that ends the session.
      declareQueues(channel, definition).then(
        (count) => {
          waiting = count;
        },
        (error: unknown) => fail(new Error('queues cannot be declared', { cause: error })),
      );
    }, PULSE_MS);
    return {
      ended: ended.promise,
      get waiting() {
        return waiting;
      },
      stopConsuming: () => consuming.stop(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The subscription of a session. */
class Consuming {
  readonly #channel: ConfirmChannel;
  readonly #options: QueueSessionOptions;
  readonly #lost: AbortSignal;
  readonly #fail: (error: Error) => void;
  #tag: string | undefined;
  #cautious = true;
  #stopped = false;

  constructor(
    channel: ConfirmChannel,
    options: QueueSessionOptions,
    lost: AbortSignal,
    fail: (error: Error) => void,
  ) {
    this.#channel = channel;
    this.#options = options;
    this.#lost = lost;
    this.#fail = fail;
  }

  /** With one message at a time first: the message that a consumer dies of is then the only one in hand. */
  start(): Promise<void> {
    return this.#consume(1);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const tag = this.#tag;
    this.#tag = undefined;
    if (tag !== undefined && !this.#lost.aborted) await this.#channel.cancel(tag);
  }

  async #consume(prefetch: number): Promise<void> {
    const { main } = queueNames(this.#options.definition.name);
    await this.#channel.prefetch(prefetch);
    const { consumerTag } = await this.#channel.consume(main, (message) => this.#deliver(message));
    this.#tag = consumerTag;
    if (this.#stopped) await this.stop();
  }

  // The prefetch of a consumer on a quorum queue is fixed for its life: a wider one is another consumer.
  async #widen(): Promise<void> {
    this.#cautious = false;
    const tag = this.#tag;
    if (tag === undefined || this.#stopped) return;
    this.#tag = undefined;
    await this.#channel.cancel(tag);
    if (!this.#stopped) await this.#consume(this.#options.prefetch);
  }

  #deliver(message: ConsumeMessage | null): void {
    if (message === null) {
      this.#fail(new Error('the queue was deleted'));
      return;
    }
    const raw = message.properties.headers ?? {};
    const headers = textHeaders(raw);
    const counts = readCounts(raw);
    this.#options.onDelivery({
      headers,
      body: message.content,
      ...counts,
      lost: this.#lost,
      finish: async (result) => {
        try {
          await this.#finish(message, headers, result);
          if (this.#cautious && counts.redeliveries < SUSPECT_REDELIVERIES) await this.#widen();
        } catch (error) {
          this.#fail(error instanceof Error ? error : new Error(String(error), { cause: error }));
        }
      },
    });
  }

  async #finish(
    message: ConsumeMessage,
    headers: Readonly<Record<string, string>>,
    result: DeliveryResult,
  ): Promise<void> {
    if (result.kind === 'retry') await this.#delay(message, headers, result);
    if (this.#lost.aborted || result.kind === 'abandoned') return;
    // Rejected messages go to the dead-letter exchange.
    if (result.kind === 'parked') this.#channel.nack(message, false, false);
    else this.#channel.ack(message);
  }

  // Confirmed in the delay queue before it is acknowledged here: twice at worst, never lost.
  #delay(
    message: ConsumeMessage,
    headers: Readonly<Record<string, string>>,
    counts: { readonly attempts: number; readonly delays: number },
  ): Promise<void> {
    const { definition } = this.#options;
    const steps = definition.onFailure?.delaysMs ?? defaultDelaysMs;
    const { stepMs, expirationMs } = retryDelay(counts.delays - 1, steps);
    const { messageId, type, contentType } = message.properties;
    const queue = queueNames(definition.name).retry(stepMs);
    const startedAt = performance.now();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // A channel that closes forgets its confirms, and nobody may wait for one of those.
    const stopWaiting = (): void => resolve();
    this.#lost.addEventListener('abort', stopWaiting);
    this.#channel.publish(
      '',
      queue,
      message.content,
      {
        persistent: true,
        mandatory: true,
        expiration: String(expirationMs),
        messageId,
        type,
        contentType,
        headers: delayedHeaders(headers, counts),
      },
      (error: unknown) => {
        if (error) return reject(new Error('the delay queue refused a message', { cause: error }));
        countSent(definition.name, queue, startedAt);
        resolve();
      },
    );
    return promise.finally(() => this.#lost.removeEventListener('abort', stopWaiting));
  }
}

function withHeartbeat(amqpUrl: string): string {
  const url = new URL(amqpUrl);
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', String(HEARTBEAT_S));
  return url.href;
}
