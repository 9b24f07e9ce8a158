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
import type { CheckpointBefore, CommitStrategy, MoveOutcome } from './checkpoint.ts';
import { BatchFailed, errorKind, isPermanent } from './isolate-failures.ts';

/** After a batch was halved, this many batches must commit in time before a larger one is tried. */
const GROW_AFTER = 20;
const RETRY_PACE: BackOff = { firstMs: 100, maxMs: 5_000 };

export interface DeliveryApplierOptions {
  readonly definition: ConsumerDefinition;
  readonly partition: string;
  readonly store: BatchStore;
  readonly commit: CommitStrategy;
  /** Most messages in one transaction. */
  readonly batchLimit: number;
  /** Called after each failed attempt, with the number of failures in a row. Another attempt follows. */
  readonly onFailure: (error: unknown, failures: number) => void;
  /** @param version of the checkpoint that the commit wrote */
  readonly onCommit: (batch: ClassifiedBatch, counts: BatchCounts, version: string) => void;
}

/** The result of applying deliveries. */
export type Applied =
  /** All are committed, and this is the checkpoint now. */
  | { readonly kind: 'committed'; readonly checkpoint: CheckpointBefore }
  /**
   * Somebody else has written the checkpoint, or an earlier COMMIT of this instance succeeded and its answer was lost: the events
   * after the stored checkpoint have to be read again.
   */
  | { readonly kind: 'overtaken' }
  /** The signal was aborted before all were committed. */
  | { readonly kind: 'aborted' };

/** The result of one batch, see DeliveryApplier.apply. */
type BatchResult =
  | { readonly kind: 'committed'; readonly checkpoint: CheckpointBefore; readonly count: number }
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
   * @param from the checkpoint as this instance left it
   * @param signal ends the retries; the current attempt is finished
   */
  async apply(
    deliveries: readonly Delivery[],
    from: CheckpointBefore,
    signal: AbortSignal,
  ): Promise<Applied> {
    let checkpoint = from;
    for (let left = deliveries; left.length > 0; ) {
      const result = await this.#commitNext(left, checkpoint, signal);
      if (result.kind !== 'committed') return result;
      checkpoint = result.checkpoint;
      left = left.slice(result.count);
    }
    return { kind: 'committed', checkpoint };
  }

  /** Commits the first deliveries as one batch, with as many attempts as needed. */
  async #commitNext(
    deliveries: readonly Delivery[],
    from: CheckpointBefore,
    signal: AbortSignal,
  ): Promise<BatchResult> {
    const { definition, partition } = this.#options;
    let part = deliveries.slice(0, this.#size);
    let batch = classifyBatch(definition, partition, from, part);
    // Only errors that the handler threw use up an event's attempts; every failure makes the next delay longer.
    for (let attempt = 1, failures = 1; ; failures++) {
      const tried = await this.#try(batch, attempt);
      if (tried.kind === 'overtaken') return tried;
      if (tried.kind === 'moved') {
        const checkpoint = { offset: batch.move.to, version: tried.version };
        return { kind: 'committed', checkpoint, count: part.length };
      }
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
  ): Promise<MoveOutcome | { readonly kind: 'failed'; readonly error: unknown }> {
    const { definition, store, commit, onCommit } = this.#options;
    const startedAt = performance.now();
    try {
      const { outcome, counts } = await inBatchSpans(batch, () =>
        applyBatch(definition, store, commit, batch, attempt),
      );
      if (outcome.kind === 'overtaken') return outcome;
      this.#grow();
      countBatch(batch, counts, startedAt);
      onCommit(batch, counts, outcome.version);
      return outcome;
    } catch (error) {
      countBatchRetry(batch, error, startedAt);
      return { kind: 'failed', error };
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
