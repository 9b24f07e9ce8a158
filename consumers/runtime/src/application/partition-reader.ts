import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@gavel/observability/logger';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { type BackOff, delayBefore } from '../domain/back-off.ts';
import { PermanentFailure } from '../permanent-failure.ts';
import { countBatch, inBatchSpans } from '../telemetry.ts';
import { applyBatch, type BatchStore, judgeBatch } from './apply-batch.ts';
import type { CommitStrategy, MoveOutcome } from './commit-strategy.ts';
import { isCuredByWaiting } from './handle-events.ts';
import type { PartitionState, PartitionStatus } from './partition-status.ts';
import { type Delivery, type EventSource, type Subscription, SubscriptionRefused } from './source.ts';

const log = createLogger('consumer');

/** Waits between tries, for the connection, the database and failing events alike. */
const retryPace: BackOff = { firstMs: 100, maxMs: 5_000 };
/** How often a refused partition looks whether somebody has put its checkpoint right. */
const REFUSED_PACE: BackOff = { firstMs: 5_000, maxMs: 30_000 };

/** Longer than any step of connecting takes to fail. */
const STEADY_MS = 20_000;

export interface PartitionReaderOptions {
  readonly definition: ConsumerDefinition;
  readonly partition: string;
  readonly source: EventSource;
  readonly store: BatchStore;
  readonly commit: CommitStrategy;
  /** The consumer's checkpoint in this partition; null when it never committed one. */
  readonly readCheckpoint: () => Promise<bigint | null>;
  /** Most messages in one transaction. */
  readonly batchLimit: number;
}

/**
 * Reads one partition from its checkpoint, batch by batch, for as long as it is not stopped. Whatever fails on the way
 * (broker, database, network, handler) ends in another try, at a growing distance, from the stored checkpoint.
 */
export class PartitionReader {
  readonly #options: PartitionReaderOptions;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  #subscription: Subscription | undefined;
  #state: PartitionState = 'connecting';
  #problem: string | undefined;
  #offset: bigint | null = null;
  /** When the oldest message of the batch in hand was stored. */
  #inHand: number | undefined;

  constructor(options: PartitionReaderOptions) {
    this.#options = options;
    this.#done = this.#run();
  }

  /** Finishes the batch in hand, commits it and leaves. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#subscription?.close();
    await this.#done;
  }

  status(): PartitionStatus {
    const newest = this.#subscription?.newestOffset;
    const behind = newest === undefined ? 0n : newest - (this.#offset ?? -1n);
    const oldest = this.#inHand ?? this.#subscription?.oldestWaiting;
    return {
      partition: this.#options.partition,
      state: this.#state,
      offset: this.#offset,
      lagMessages: behind > 0n ? Number(behind) : 0,
      lagSeconds: oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest) / 1000),
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#stopping.signal.aborted; ) {
      const startedAt = Date.now();
      const failed = await this.#readUntilLost().then(
        () => new Error('the subscription ended'),
        (error: unknown) => error,
      );
      // What held for a while was no failure in a row: the next one is the first again, in pace and in the log.
      failures = Date.now() - startedAt > STEADY_MS ? 1 : failures + 1;
      this.#fail(failed, failures);
      await this.#subscription?.close();
      this.#subscription = undefined;
      this.#inHand = undefined;
      await this.#pause(delayBefore(failures, this.#state === 'refused' ? REFUSED_PACE : retryPace));
    }
    this.#state = 'stopped';
  }

  async #readUntilLost(): Promise<void> {
    const { source, partition, readCheckpoint, batchLimit } = this.#options;
    this.#offset = await readCheckpoint();
    const subscription = await source.subscribe(
      partition,
      this.#offset === null ? 'first' : { after: this.#offset },
    );
    this.#subscription = subscription;
    if (this.#state !== 'running') log.info({ ...this.#names(), offset: this.#offset }, 'reading');
    this.#state = 'running';
    this.#problem = undefined;
    while (!this.#stopping.signal.aborted) {
      const taken = await subscription.take(batchLimit);
      if (taken === undefined || this.#stopping.signal.aborted) return;
      const offset = this.#offset;
      const deliveries = offset === null ? taken : taken.filter((delivery) => delivery.offset > offset);
      if (deliveries.length === 0) continue;
      this.#inHand = deliveries[0]?.storedAt;
      if (!(await this.#settle(deliveries))) return;
      this.#inHand = undefined;
    }
  }

  /**
   * Commits deliveries, minding another instance that reads the same partition: what that one has committed already is
   * left out. False when the checkpoint went backwards, or the reader stops: the subscription has to be made anew.
   */
  async #settle(deliveries: readonly Delivery[]): Promise<boolean> {
    for (let left = deliveries; left.length > 0; ) {
      const outcome = await this.#applyUntilSettled(left);
      if (outcome === 'moved') return true;
      if (outcome === 'stopped') return false;
      const before = this.#offset;
      const stored = await this.#options.readCheckpoint();
      // Also seen when a COMMIT had succeeded and its answer was lost.
      log.warn({ ...this.#names(), before, stored }, 'checkpoint is not where it was left');
      this.#offset = stored;
      if (stored === null || (before !== null && stored < before)) return false;
      left = left.filter((delivery) => delivery.offset > stored);
    }
    return true;
  }

  /** Tries a batch until it is committed, overtaken, or the reader stops. */
  async #applyUntilSettled(deliveries: readonly Delivery[]): Promise<MoveOutcome | 'stopped'> {
    const { definition, partition, store, commit } = this.#options;
    const batch = judgeBatch(definition, partition, this.#offset, deliveries);
    // Transient failures count for the pace only: they never use up an event's tries.
    for (let attempt = 1, waits = 1; ; waits++) {
      const startedAt = performance.now();
      try {
        const { outcome, counts } = await inBatchSpans(batch, () =>
          applyBatch(definition, store, commit, batch, attempt),
        );
        if (outcome === 'moved') {
          this.#offset = batch.move.to;
          countBatch(batch, counts, startedAt);
          if (counts.parked > 0)
            log.error({ ...this.#names(), ...counts, upTo: batch.move.to }, 'events parked');
          if (this.#state === 'retrying') log.info(this.#names(), 'going on');
        }
        this.#state = 'running';
        this.#problem = undefined;
        return outcome;
      } catch (error) {
        if (!isCuredByWaiting(definition, error)) attempt += 1;
        // Known to fail however often it is tried: nothing to wait for, the next try sets it aside.
        if (error instanceof PermanentFailure) continue;
        this.#fail(error, waits);
      }
      await this.#pause(delayBefore(waits, retryPace));
      if (this.#stopping.signal.aborted) return 'stopped';
    }
  }

  #fail(error: unknown, failures: number): void {
    if (error instanceof SubscriptionRefused) {
      if (this.#state !== 'refused')
        log.error({ ...this.#names(), err: error }, 'cannot be read without loss');
      this.#state = 'refused';
      this.#problem = error.message;
      return;
    }
    if (this.#stopping.signal.aborted) return;
    this.#state = 'retrying';
    this.#problem = error instanceof Error ? error.message : String(error);
    // The first failure and then each tenfold number of them: a long outage fills no log.
    if (/^10*$/.test(String(failures))) log.warn({ ...this.#names(), failures, err: error }, this.#problem);
  }

  #names(): { consumer: string; partition: string } {
    return { consumer: this.#options.definition.name, partition: this.#options.partition };
  }

  async #pause(ms: number): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    // Aborting is how a pause ends early; there is nothing else it can reject with.
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
