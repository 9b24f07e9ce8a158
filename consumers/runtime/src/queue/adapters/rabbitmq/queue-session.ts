import { type AmqpConnection, connectAmqp } from '@gavel/rabbitmq/amqp-connection';
import type { ConsumeMessage } from 'amqplib';
import { defaultDelaysMs, type QueueConsumerDefinition } from '../../../define-queue-consumer.ts';
import { countSent } from '../../../telemetry/metrics.ts';
import type { DeliveryResult, QueuedDelivery, QueueSession } from '../../application/ports.ts';
import { queueNames, retryDelay } from '../../domain/queues.ts';
import { declareQueues } from './declare-queues.ts';
import { delayedHeaders, readCounts, textHeaders } from './message-headers.ts';

export interface QueueSessionOptions {
  readonly amqpUrl: string;
  readonly definition: QueueConsumerDefinition;
  /** Most messages delivered and not acknowledged. */
  readonly prefetch: number;
  readonly onDelivery: (delivery: QueuedDelivery) => void;
  /** Gives up connecting. */
  readonly signal: AbortSignal;
}

const HEARTBEAT_S = 5;
/** How often queues and bindings are declared again, in case somebody removed them, and the depth is read. */
const DECLARE_MS = 3_000;
/** A message whose consumer has died this often is taken alone, so that no other message is counted with it. */
const SUSPECT_REDELIVERIES = 2;

/** Connects and declares the consumer's queues. Rejects when any of it fails. */
export async function openQueueSession(options: QueueSessionOptions): Promise<QueueSession> {
  const { amqpUrl, definition, signal } = options;
  const connection = await connectAmqp({
    url: amqpUrl,
    name: `consumer ${definition.name}`,
    heartbeatSeconds: HEARTBEAT_S,
    signal,
  });
  const { channel, ended, fail } = connection;
  try {
    channel.on('return', () => fail(new Error('a retry queue is missing')));
    let waiting = await declareQueues(channel, definition);
    const consumer = new QueueConsumer(connection, options);
    const timer = setInterval(() => {
      // An error closes the channel, and that ends the session.
      declareQueues(channel, definition).then(
        (count) => {
          waiting = count;
        },
        (error: unknown) => fail(new Error('queues cannot be declared', { cause: error })),
      );
    }, DECLARE_MS);
    connection.lost.addEventListener('abort', () => clearInterval(timer));
    return {
      ended,
      fail,
      close: connection.close,
      get waiting() {
        return waiting;
      },
      setConsuming: (wanted) => consumer.setConsuming(wanted),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Consumes the main queue and acknowledges its messages, over one connection. */
class QueueConsumer {
  readonly #connection: AmqpConnection;
  readonly #options: QueueSessionOptions;
  /** What is consuming now, and with which prefetch. */
  #current: { readonly tag: string; readonly prefetch: number } | undefined;
  #isWanted = false;
  /** A session starts with one message at a time: if a message kills the consumer, no other message was delivered with it. */
  #isCautious = true;
  /** The steps are taken one after the other. */
  #steps: Promise<void> = Promise.resolve();

  constructor(connection: AmqpConnection, options: QueueSessionOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  setConsuming(wanted: boolean): Promise<void> {
    this.#isWanted = wanted;
    return this.#adjust();
  }

  /** Does what is missing between what consumes now and what is wanted. */
  #adjust(): Promise<void> {
    const step = this.#steps.then(() => this.#step());
    // The caller has received the error of a step that failed. The next step is taken all the same.
    this.#steps = step.catch(() => undefined);
    return step;
  }

  async #step(): Promise<void> {
    const { channel, lost } = this.#connection;
    if (lost.aborted) return;
    const prefetch = this.#isCautious ? 1 : this.#options.prefetch;
    const current = this.#current;
    if (current !== undefined && (!this.#isWanted || current.prefetch !== prefetch)) {
      // The prefetch of a consumer on a quorum queue never changes: a larger one needs another consumer.
      this.#current = undefined;
      await channel.cancel(current.tag);
    }
    if (!this.#isWanted || this.#current !== undefined) return;
    await channel.prefetch(prefetch);
    const { main } = queueNames(this.#options.definition.name);
    const { consumerTag } = await channel.consume(main, (message) => this.#deliver(message));
    this.#current = { tag: consumerTag, prefetch };
  }

  #deliver(message: ConsumeMessage | null): void {
    if (message === null) {
      this.#connection.fail(new Error('the queue was deleted'));
      return;
    }
    const raw = message.properties.headers ?? {};
    const headers = textHeaders(raw);
    const counts = readCounts(raw);
    this.#options.onDelivery({
      headers,
      body: message.content,
      ...counts,
      lost: this.#connection.lost,
      finish: async (result) => {
        try {
          await this.#finish(message, headers, result);
          if (!this.#isCautious || counts.redeliveries >= SUSPECT_REDELIVERIES) return;
          this.#isCautious = false;
          await this.#adjust();
        } catch (error) {
          this.#connection.fail(error instanceof Error ? error : new Error(String(error), { cause: error }));
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
    const { channel, lost } = this.#connection;
    if (lost.aborted || result.kind === 'abandoned') return;
    // Rejected messages go to the dead-letter exchange.
    if (result.kind === 'parked') channel.nack(message, false, false);
    else channel.ack(message);
  }

  // Confirmed in the delay queue before it is acknowledged here: delivered twice at worst, never lost.
  #delay(
    message: ConsumeMessage,
    headers: Readonly<Record<string, string>>,
    counts: { readonly attempts: number; readonly delays: number },
  ): Promise<void> {
    const { definition } = this.#options;
    const { channel, lost } = this.#connection;
    const steps = definition.onFailure?.delaysMs ?? defaultDelaysMs;
    const { stepMs, expirationMs } = retryDelay(counts.delays - 1, steps);
    const { messageId, type, contentType } = message.properties;
    const queue = queueNames(definition.name).retry(stepMs);
    const startedAt = performance.now();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // A closed channel delivers no more confirms, so every wait for one is ended.
    const stopWaiting = (): void => resolve();
    lost.addEventListener('abort', stopWaiting);
    channel.publish(
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
    return promise.finally(() => lost.removeEventListener('abort', stopWaiting));
  }
}
