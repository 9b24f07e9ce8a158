import type { Delivery } from '@gavel/rabbitmq/event-source';
import { type BackOff, delayBefore, pause } from '@gavel/resilience';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { countBatch, countRetry, inBatchSpans } from '../telemetry.ts';
import {
  applyBatch,
  type BatchCounts,
  type BatchStore,
  type ClassifiedBatch,
  classifyBatch,
} from './apply-batch.ts';
import type { Checkpoint, CommitStrategy } from './checkpoint.ts';
import { BatchFailed, errorKind, isPermanent } from './handle-events.ts';

const GROW_AFTER = 20;
const RETRY_PACE: BackOff = { firstMs: 100, maxMs: 5_000 };

export interface SettlingOptions {
  readonly definition: ConsumerDefinition;
  readonly partition: string;
  readonly store: BatchStore;
  readonly commit: CommitStrategy;
  readonly readCheckpoint: () => Promise<Checkpoint>;
  /** Most messages in one transaction. */
  readonly batchLimit: number;
  /** A try failed, the `failures`th in a row, and another one follows. */
  readonly onFailure: (error: unknown, failures: number) => void;
  readonly onCommit: (batch: ClassifiedBatch, counts: BatchCounts) => void;
  /** The checkpoint is not where this instance left it. */
  readonly onOvertaken: (before: bigint | null, stored: bigint | null) => void;
}

/** What became of deliveries: committed, here or by another instance, or dropped because the reader has to begin anew. */
export type Settled =
  | { readonly kind: 'committed'; readonly offset: bigint | null }
  /** The checkpoint went backwards: what it is behind of has to be read again. */
  | { readonly kind: 'moved-back' }
  /** The signal came first. */
  | { readonly kind: 'left' };

/** Commits deliveries of one partition, batch by batch, each as often as it has to be tried. */
export class DeliverySettling {
  readonly #options: SettlingOptions;
  #size: number;
  /** Batches committed since the last that took too long. */
  #inTime = 0;

  constructor(options: SettlingOptions) {
    this.#options = options;
    this.#size = options.batchLimit;
  }

  /**
   * @param from the checkpoint as this instance left it; another one may have moved it since, and what that one has
   *   committed already is left out
   * @param signal aborted when nobody wants the result any more; the try under way is finished
   */
  async settle(deliveries: readonly Delivery[], from: bigint | null, signal: AbortSignal): Promise<Settled> {
    let offset = from;
    for (let left = deliveries; left.length > 0; ) {
      const outcome = await this.#commitNext(left, offset, signal);
      if (outcome.kind === 'left') return outcome;
      if (outcome.kind === 'committed') {
        offset = outcome.offset;
        left = left.slice(outcome.count);
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

  // Not at once: where larger batches take too long each trial costs the server's whole limit.
  #grow(): void {
    this.#inTime += 1;
    if (this.#size >= this.#options.batchLimit || this.#inTime < GROW_AFTER) return;
    this.#size = Math.min(this.#size * 2, this.#options.batchLimit);
    this.#inTime = 0;
  }

  async #commitNext(
    deliveries: readonly Delivery[],
    from: bigint | null,
    signal: AbortSignal,
  ): Promise<
    { kind: 'committed'; offset: bigint; count: number } | { kind: 'overtaken' } | { kind: 'left' }
  > {
    const { definition, partition, store, commit, onCommit, onFailure } = this.#options;
    let part = deliveries.slice(0, this.#size);
    let batch = classifyBatch(definition, partition, from, part);
    // Only what the handler threw uses up an event's tries; everything else counts for the pace.
    for (let attempt = 1, failures = 1; ; failures++) {
      const startedAt = performance.now();
      try {
        const { outcome, counts } = await inBatchSpans(batch, () =>
          applyBatch(definition, store, commit, batch, attempt),
        );
        if (outcome === 'overtaken') return { kind: 'overtaken' };
        this.#grow();
        countBatch(batch, counts, startedAt);
        onCommit(batch, counts);
        return { kind: 'committed', offset: batch.move.to, count: part.length };
      } catch (error) {
        countRetry(batch, error, startedAt);
        const isHandlers = error instanceof BatchFailed;
        if (isHandlers) attempt += 1;
        // Known to fail however often it is tried: nothing to wait for, the next try sets it aside.
        if (isHandlers && isPermanent(definition, error.cause)) continue;
        onFailure(error, failures);
        // The same work would take too long again: less of it.
        if (errorKind(error) === 'timeout' && part.length > 1) {
          this.#size = Math.ceil(part.length / 2);
          this.#inTime = 0;
          part = part.slice(0, this.#size);
          batch = classifyBatch(definition, partition, from, part);
        }
      }
      await pause(delayBefore(failures, definition.onFailure.backOff ?? RETRY_PACE), signal);
      if (signal.aborted) return { kind: 'left' };
    }
  }
}
