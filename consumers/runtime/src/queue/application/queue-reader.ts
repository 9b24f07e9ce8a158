import { createLogger } from '@gavel/observability/logger';
import { type Supervision, superviseSession } from '@gavel/rabbitmq/supervise-session';
import type { Running } from '@gavel/resilience';
import { messageOf } from '../../application/classify-delivery.ts';
import type { QueueConsumerDefinition } from '../../define-queue-consumer.ts';
import { countOutcomes, countReceived, countRetry, recordProcessing } from '../../telemetry/metrics.ts';
import { queueNames } from '../domain/queues.ts';
import { applyDelivery } from './apply-delivery.ts';
import { Lanes } from './lanes.ts';
import type { DeliveryResult, QueuedDelivery, QueueSession, QueueStore } from './ports.ts';

const log = createLogger('queue-consumer');
const BACK_OFF = { firstMs: 100, maxMs: 5_000 };

/** The state of a queue consumer, for health checks and for people. */
export interface QueueConsumerStatus {
  readonly consumer: string;
  readonly queue: string;
  readonly state: /** Works, or waits for messages. */
    | 'running'
    /** Paused by somebody: takes no messages until it is resumed. Those that it had received are finished. */
    | 'paused'
    /** Not yet connected to the broker and the database. */
    | 'connecting'
    /** Something failed, perhaps only for a moment; the consumer retries. */
    | 'retrying'
    | 'stopped';
  /** Messages waiting in the queue, a few seconds old. */
  readonly waiting: number;
  /** Messages that were delivered and are not finished. */
  readonly inHand: number;
  /** The current problem, if there is one. */
  readonly problem?: string;
}

export interface QueueReaderOptions {
  readonly definition: QueueConsumerDefinition;
  readonly store: QueueStore;
  /** Opens a session that delivers until it ends. */
  readonly open: (
    onDelivery: (delivery: QueuedDelivery) => void,
    signal: AbortSignal,
  ) => Promise<QueueSession>;
  /** How many events are handled at once. */
  readonly lanes: number;
  readonly holdMs?: number;
}

export interface QueueReader extends Running {
  status(): QueueConsumerStatus;
  /** While paused, no message is taken from the queue. Messages that were received before are finished. */
  setPaused(paused: boolean): void;
}

/**
 * Works on one queue until it is stopped, over any number of sessions: a session with any problem is closed and a new one
 * opened, and the broker delivers again what was not acknowledged. `stop` takes no more messages, finishes those that it has
 * received and leaves. No message is taken before the first call of `setPaused`.
 */
export function startQueueReader(options: QueueReaderOptions): QueueReader {
  return new Reader(options);
}

class Reader implements QueueReader {
  readonly #options: QueueReaderOptions;
  readonly #origin: { readonly consumer: string; readonly queue: string };
  readonly #lanes: Lanes;
  readonly #stopping = new AbortController();
  readonly #supervision: Supervision<QueueSession>;
  #state: QueueConsumerStatus['state'] = 'connecting';
  #problem: string | undefined;
  /** Undefined while it is not known. */
  #isPaused: boolean | undefined;
  /** The database's error, while it is unavailable. */
  #outage: string | undefined;

  constructor(options: QueueReaderOptions) {
    const { name } = options.definition;
    this.#options = options;
    this.#origin = { consumer: name, queue: queueNames(name).main };
    this.#lanes = new Lanes(options.lanes);
    this.#supervision = superviseSession<QueueSession>({
      what: `queue ${this.#origin.queue}`,
      log,
      backOff: BACK_OFF,
      open: (signal) => options.open((delivery) => this.#take(delivery), signal),
      onOpened: (session) => {
        this.#state = 'running';
        this.#problem = undefined;
        log.info(this.#origin, 'connected');
        this.#follow(session);
      },
      onLost: (error) => {
        this.#state = 'retrying';
        this.#problem = error.message;
      },
      finish: async (session) => {
        await session.setConsuming(false);
        await this.#lanes.idle();
      },
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#supervision.stop();
    await this.#lanes.idle();
    this.#state = 'stopped';
  }

  setPaused(paused: boolean): void {
    if (paused === this.#isPaused) return;
    this.#isPaused = paused;
    log.info(this.#origin, paused ? 'paused' : 'working');
    const { session } = this.#supervision;
    if (session !== undefined) this.#follow(session);
  }

  status(): QueueConsumerStatus {
    const outage = this.#state === 'running' ? this.#outage : undefined;
    const problem = outage ?? this.#problem;
    return {
      ...this.#origin,
      state: outage === undefined ? this.#shownState() : 'retrying',
      waiting: this.#supervision.session?.waiting ?? 0,
      inHand: this.#lanes.running,
      ...(problem !== undefined && { problem }),
    };
  }

  #shownState(): QueueConsumerStatus['state'] {
    if (this.#state !== 'running' || this.#isPaused === false) return this.#state;
    return this.#isPaused ? 'paused' : 'connecting';
  }

  /** Lets a session deliver, unless the consumer is paused or stops. */
  #follow(session: QueueSession): void {
    const isWanted = this.#isPaused === false && !this.#stopping.signal.aborted;
    session.setConsuming(isWanted).catch((cause: unknown) => {
      session.fail(new Error('the queue cannot be consumed', { cause }));
    });
  }

  #take(delivery: QueuedDelivery): void {
    countReceived(this.#origin, 1);
    // Events of one aggregate share a lane; messages without a key share the lane of the empty key.
    this.#lanes.run(delivery.headers.cloudEvents_partitionkey ?? '', () => this.#work(delivery));
  }

  async #work(delivery: QueuedDelivery): Promise<void> {
    const startedAt = performance.now();
    const result = await this.#apply(delivery);
    await delivery.finish(result);
    this.#note(delivery, result, startedAt);
  }

  async #apply(delivery: QueuedDelivery): Promise<DeliveryResult> {
    const { definition, store, holdMs } = this.#options;
    const options = {
      definition,
      store,
      stopping: this.#stopping.signal,
      onOutage: (error: unknown) => this.#noteOutage(error),
      ...(holdMs !== undefined && { holdMs }),
    };
    try {
      return await applyDelivery(options, delivery);
    } catch (error) {
      log.error({ ...this.#origin, err: error }, 'a delivery could not be classified');
      return { kind: 'retry', attempts: delivery.attempts + 1, delays: delivery.delays + 1, error };
    }
  }

  #note(delivery: QueuedDelivery, result: DeliveryResult, startedAt: number): void {
    const { consumer } = this.#origin;
    const message = { ...this.#origin, event: delivery.headers.cloudEvents_id };
    if (result.kind === 'done' || result.kind === 'parked') {
      countOutcomes(consumer, { [result.kind === 'done' ? result.outcome : 'parked']: 1 });
      recordProcessing(this.#origin, startedAt);
    }
    if (result.kind === 'parked') log.error(message, 'message parked');
    if (result.kind === 'retry') {
      countRetry(consumer, result.error);
      recordProcessing(this.#origin, startedAt, result.error);
      log.warn({ ...message, attempts: result.attempts, err: result.error }, 'will be retried later');
    }
  }

  #noteOutage(error: unknown): void {
    const wasKnown = this.#outage !== undefined;
    this.#outage = error === undefined ? undefined : messageOf(error);
    if (!wasKnown && error !== undefined) {
      log.warn({ ...this.#origin, err: error }, 'waiting for the database');
    }
    if (wasKnown && error === undefined) log.info(this.#origin, 'works again');
  }
}
