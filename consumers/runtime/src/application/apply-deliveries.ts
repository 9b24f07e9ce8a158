import type { Delivery } from '@gavel/rabbitmq/event-source';
import { type BackOff, delayBefore, pause } from '@gavel/resilience';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { countBatch, countBatchRetry } from '../telemetry/metrics.ts';
import { inBatchSpans } from '../telemetry/spans.ts';
import {
  applyBatch,
  type BatchCounts,
  type BatchStore,
  type ClassifiedBatch,
  classifyBatch,
} from './apply-batch.ts';
import type { Checkpoint, CommitStrategy } from './checkpoint.ts';
import { BatchFailed, errorKind, isPermanent } from './isolate-failures.ts';

/** After a batch was halved, this many batches must commit in time before a larger one is tried. */
const GROW_AFTER = 20;
const RETRY_PACE: BackOff = { firstMs: 100, maxMs: 5_000 };

export interface DeliveryApplierOptions {
  readonly definition: ConsumerDefinition;
  readonly partition: string;
  readonly store: BatchStore;
  readonly commit: CommitStrategy;
  readonly readCheckpoint: () => Promise<Checkpoint>;
  /** Most messages in one transaction. */
  readonly batchLimit: number;
  /** Called after each failed attempt, with the number of failures in a row. Another attempt follows. */
  readonly onFailure: (error: unknown, failures: number) => void;
  readonly onCommit: (batch: ClassifiedBatch, counts: BatchCounts) => void;
  /** Called when the checkpoint is not where this instance left it. */
  readonly onOvertaken: (before: bigint | null, stored: bigint | null) => void;
}

/** The result of applying deliveries. */
export type Applied =
  /** All are committed, by this instance or another one. */
  | { readonly kind: 'committed'; readonly offset: bigint | null }
  /** The checkpoint was set back: the events after it have to be read again. */
  | { readonly kind: 'moved-back' }
  /** The signal was aborted before all were committed. */
  | { readonly kind: 'aborted' };

/** The result of one batch, see DeliveryApplier.apply. */
type BatchResult =
  | { readonly kind: 'committed'; readonly offset: bigint; readonly count: number }
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'aborted' };

/** Commits the deliveries of one partition batch by batch, and retries each batch until it is committed. */
export class DeliveryApplier {
  readonly #options: DeliveryApplierOptions;
  /** Most messages in the next batch: halved when a batch takes too long, doubled again later. */
  #size: number;
  /** Batches committed since the last one that took too long. */
  #inTime = 0;

  constructor(options: DeliveryApplierOptions) {
    this.#options = options;
    this.#size = options.batchLimit;
  }

  /**
   * @param from the checkpoint as this instance left it. If another instance has moved it since, the deliveries that that
   * instance has committed are left out.
   * @param signal ends the retries; the current attempt is finished
   */
  async apply(deliveries: readonly Delivery[], from: bigint | null, signal: AbortSignal): Promise<Applied> {
    let offset = from;
    for (let left = deliveries; left.length > 0; ) {
      const result = await this.#commitNext(left, offset, signal);
      if (result.kind === 'aborted') return result;
      if (result.kind === 'committed') {
        offset = result.offset;
        left = left.slice(result.count);
        continue;
      }
      const stored = (await this.#options.readCheckpoint()).offset;
      this.#options.onOvertaken(offset, stored);
      if (stored === null || (offset !== null && stored < offset)) return { kind: 'moved-back' };
      offset = stored;
      left = left.filter((delivery) => delivery.offset > stored);
    }
    return { kind: 'committed', offset };
  }

  /** Commits the first deliveries as one batch, with as many attempts as needed. */
  async #commitNext(
    deliveries: readonly Delivery[],
    from: bigint | null,
    signal: AbortSignal,
  ): Promise<BatchResult> {
    const { definition, partition } = this.#options;
    let part = deliveries.slice(0, this.#size);
    let batch = classifyBatch(definition, partition, from, part);
    // Only errors that the handler threw use up an event's attempts; every failure makes the next delay longer.
    for (let attempt = 1, failures = 1; ; failures++) {
      const tried = await this.#try(batch, attempt);
      if (tried === 'overtaken') return { kind: 'overtaken' };
      if (tried === 'committed') return { kind: 'committed', offset: batch.move.to, count: part.length };
      const { error } = tried;
      if (error instanceof BatchFailed) {
        attempt += 1;
        // Waiting does not help here: the next attempt sets the event aside.
        if (isPermanent(definition, error.cause)) continue;
      }
      this.#options.onFailure(error, failures);
      if (errorKind(error) === 'timeout' && part.length > 1) {
        part = part.slice(0, this.#shrink(part.length));
        batch = classifyBatch(definition, partition, from, part);
      }
      await pause(delayBefore(failures, definition.onFailure.backOff ?? RETRY_PACE), signal);
      if (signal.aborted) return { kind: 'aborted' };
    }
  }

  /** Makes one attempt to commit a batch, in its spans. Returns the error instead of throwing it. */
  async #try(
    batch: ClassifiedBatch,
    attempt: number,
  ): Promise<'committed' | 'overtaken' | { readonly error: unknown }> {
    const { definition, store, commit, onCommit } = this.#options;
    const startedAt = performance.now();
    try {
      const { outcome, counts } = await inBatchSpans(batch, () =>
        applyBatch(definition, store, commit, batch, attempt),
      );
      if (outcome === 'overtaken') return 'overtaken';
      this.#grow();
      countBatch(batch, counts, startedAt);
      onCommit(batch, counts);
      return 'committed';
    } catch (error) {
      countBatchRetry(batch, error, startedAt);
      return { error };
    }
  }

  #shrink(size: number): number {
    this.#size = Math.ceil(size / 2);
    this.#inTime = 0;
    return this.#size;
  }

  // Does not double after only one batch in time: while larger batches take too long, each attempt costs the server's whole
  // time limit.
  #grow(): void {
    this.#inTime += 1;
    if (this.#size >= this.#options.batchLimit || this.#inTime < GROW_AFTER) return;
    this.#size = Math.min(this.#size * 2, this.#options.batchLimit);
    this.#inTime = 0;
  }
}
