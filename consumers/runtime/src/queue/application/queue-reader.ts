import { createLogger } from '@gavel/observability/logger';
import { type BackOff, delayBefore, pause } from '@gavel/resilience';
import type { QueueConsumerDefinition } from '../../define-queue-consumer.ts';
import { queueNames } from '../domain/queues.ts';
import { countDelivered, countMessage, countRetry, recordProcessing } from '../queue-telemetry.ts';
import { Lanes } from './lanes.ts';
import type { QueuedDelivery, QueueStore, Settlement, WorkQueue } from './queued-delivery.ts';
import { settleDelivery } from './settle-delivery.ts';

const log = createLogger('queue-consumer');
const connectPace: BackOff = { firstMs: 100, maxMs: 5_000 };
/** A session that held so long was no failure in a row. */
const STEADY_MS = 20_000;
/** Longer than each step of connecting takes to fail by itself. */
const OPEN_TIMEOUT_MS = 15_000;

/** How a queue consumer stands, for health and for people. */
export interface QueueConsumerStatus {
  readonly consumer: string;
  readonly queue: string;
  readonly state: /** Working, or waiting for something to work on. */
    | 'running'
    /** On its way to the broker. */
    | 'connecting'
    /** Something failed that waiting may cure; it goes on by itself. */
    | 'retrying'
    | 'stopped';
  /** Messages waiting in the queue, a few seconds old. */
  readonly waiting: number;
  /** Messages delivered and not settled. */
  readonly inHand: number;
  /** What is wrong, while something is. */
  readonly problem?: string;
}

export interface QueueReaderOptions {
  readonly definition: QueueConsumerDefinition;
  readonly store: QueueStore;
  /** Opens a session that delivers until it ends. */
  readonly open: (onDelivery: (delivery: QueuedDelivery) => void) => Promise<WorkQueue>;
  /** How many events are handled at once. */
  readonly lanes: number;
  readonly holdMs?: number;
}

/**
 * Works on one queue for as long as it is not stopped, over any number of sessions: amqplib does not reconnect, so a
 * session that is in doubt is dropped and another one made, and the broker delivers again what was not settled.
 */
export class QueueReader {
  readonly #options: QueueReaderOptions;
  readonly #lanes: Lanes;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  #session: WorkQueue | undefined;
  #state: QueueConsumerStatus['state'] = 'connecting';
  #problem: string | undefined;
  /** What the database answers, while it is away. */
  #outage: string | undefined;

  constructor(options: QueueReaderOptions) {
    this.#options = options;
    this.#lanes = new Lanes(options.lanes);
    this.#done = this.#run();
  }

  /** Takes no more, finishes what is in hand and leaves. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  status(): QueueConsumerStatus {
    const { name } = this.#options.definition;
    const outage = this.#state === 'running' ? this.#outage : undefined;
    const problem = outage ?? this.#problem;
    return {
      consumer: name,
      queue: queueNames(name).main,
      state: outage === undefined ? this.#state : 'retrying',
      waiting: this.#session?.waiting ?? 0,
      inHand: this.#lanes.running,
      ...(problem !== undefined && { problem }),
    };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      const startedAt = Date.now();
      const failed = await this.#workUntilLost();
      if (failed === undefined || signal.aborted) break;
      failures = Date.now() - startedAt > STEADY_MS ? 1 : failures + 1;
      this.#state = 'retrying';
      this.#problem = failed.message;
      if (/^10*$/.test(String(failures))) {
        log.warn({ ...this.#names(), failures, err: failed }, 'work queue lost, trying again');
      }
      await pause(delayBefore(failures, connectPace), signal);
    }
    await this.#lanes.idle();
    this.#state = 'stopped';
  }

  /** Undefined when the consumer was stopped, otherwise why the session ended. */
  async #workUntilLost(): Promise<Error | undefined> {
    let session: WorkQueue;
    try {
      session = await this.#open();
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error), { cause: error });
    }
    this.#session = session;
    this.#state = 'running';
    this.#problem = undefined;
    log.info(this.#names(), 'working');
    const failed = await Promise.race([session.ended, aborted(this.#stopping.signal)]);
    if (failed === undefined) {
      // A session that is lost meanwhile cannot be told: what was in hand is then delivered again.
      await Promise.race([session.stopConsuming().catch(() => undefined), session.ended]);
      await this.#lanes.idle();
    }
    this.#session = undefined;
    await session.close();
    return failed;
  }

  async #open(): Promise<WorkQueue> {
    const opening = this.#options.open((delivery) => this.#take(delivery));
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`no session within ${OPEN_TIMEOUT_MS} ms`)),
      OPEN_TIMEOUT_MS,
    );
    try {
      const opened = await Promise.race([opening, late.promise, aborted(this.#stopping.signal)]);
      if (opened === undefined) throw new Error('stopped');
      return opened;
    } catch (error) {
      // One that opens after all, too late, must not stay open.
      opening.then(
        (session) => session.close(),
        () => undefined,
      );
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #take(delivery: QueuedDelivery): void {
    countDelivered(this.#options.definition.name);
    // Events of one aggregate share a lane; what has no key shares the one of the empty key.
    this.#lanes.run(delivery.headers.cloudEvents_partitionkey ?? '', () => this.#settle(delivery));
  }

  async #settle(delivery: QueuedDelivery): Promise<void> {
    const startedAt = performance.now();
    let settlement: Settlement;
    try {
      settlement = await settleDelivery(
        {
          definition: this.#options.definition,
          store: this.#options.store,
          stopping: this.#stopping.signal,
          onOutage: (error) => this.#noteOutage(error),
          ...(this.#options.holdMs !== undefined && { holdMs: this.#options.holdMs }),
        },
        delivery,
      );
    } catch (error) {
      log.error({ ...this.#names(), err: error }, 'a delivery could not be classified');
      settlement = {
        kind: 'again',
        attempts: delivery.attempts + 1,
        delays: delivery.delays + 1,
        because: error,
      };
    }
    await delivery.settle(settlement);
    const { name } = this.#options.definition;
    const message = { ...this.#names(), event: delivery.headers.cloudEvents_id };
    if (settlement.kind === 'done') countMessage(name, settlement.outcome, startedAt);
    if (settlement.kind === 'parked') {
      countMessage(name, 'parked', startedAt);
      log.error(message, 'message parked');
    }
    if (settlement.kind === 'again') {
      countRetry(name, settlement.because);
      recordProcessing(name, startedAt, settlement.because);
      log.warn({ ...message, attempts: settlement.attempts, err: settlement.because }, 'comes again later');
    }
  }

  #noteOutage(error: unknown): void {
    const known = this.#outage !== undefined;
    this.#outage = error === undefined ? undefined : error instanceof Error ? error.message : String(error);
    if (!known && error !== undefined) log.warn({ ...this.#names(), err: error }, 'waiting for the database');
    if (known && error === undefined) log.info(this.#names(), 'going on');
  }

  #names(): { consumer: string } {
    return { consumer: this.#options.definition.name };
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
