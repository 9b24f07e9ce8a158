import type { Pool } from '@gavel/postgres/pool';
import {
  type Delivery,
  type EventSource,
  type Subscription,
  SubscriptionRefused,
} from '@gavel/rabbitmq/event-source';
import { type BackOff, delayBefore, pause } from '@gavel/resilience';
import { batchStore } from '../adapters/postgres/batch-store.ts';
import { commitTogether, readCheckpoint } from '../adapters/postgres/checkpoints.ts';
import { DeliveryApplier } from '../application/apply-deliveries.ts';
import {
  type Checkpoint,
  type CheckpointBefore,
  isOnlyCommittedMessageGone,
  NO_CHECKPOINT,
  requireSameMessage,
  startPosition,
} from '../application/checkpoint.ts';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { ApplyFailed, MOST_FAILURES, RetryLimit } from './retry-limit.ts';

export interface ReplayPartitionOptions {
  readonly definition: ConsumerDefinition;
  readonly partition: string;
  /** Last offset to apply. */
  readonly end: bigint;
  readonly source: EventSource;
  /** The pool of the shadow, see createShadowPool. */
  readonly pool: Pool;
  readonly onApplied: (offset: bigint) => void;
  readonly signal: AbortSignal;
}

/** The same as for a running consumer, so that both commit in the same steps. */
const BATCH_LIMIT = 1_000;
const RETRY_PACE: BackOff = { firstMs: 100, maxMs: 5_000 };

/**
 * Applies one partition to a shadow, from the shadow's checkpoint to an end. It reads outside of any group, so no other
 * member reads for it and nobody can pause it. It survives an outage of broker or database of about half a minute. Resolves
 * at the end, or when `signal` is aborted. Throws SubscriptionRefused when the stream does not hold the offset.
 */
export async function replayPartition(options: ReplayPartitionOptions): Promise<void> {
  const { partition, signal } = options;
  let unverifiable: bigint | null = null;
  let failures = 0;
  const onCommit = (): void => {
    failures = 0;
  };
  while (!signal.aborted) {
    let checkpoint: Checkpoint = NO_CHECKPOINT;
    try {
      checkpoint = await readShadowCheckpoint(options, unverifiable);
      if ((await readFrom(options, checkpoint, onCommit)) === 'done') return;
    } catch (error) {
      if (isOnlyCommittedMessageGone(checkpoint, error)) {
        unverifiable = checkpoint.offset;
        continue;
      }
      if (error instanceof SubscriptionRefused || error instanceof ApplyFailed) throw error;
      if (failures >= MOST_FAILURES) throw error;
    }
    if (failures >= MOST_FAILURES && !signal.aborted) {
      throw new Error(`${partition}: the subscription has ended ${failures} times in a row`);
    }
    failures += 1;
    await pause(delayBefore(failures, RETRY_PACE), signal);
  }
}

async function readShadowCheckpoint(
  { pool, definition, partition }: ReplayPartitionOptions,
  unverifiable: bigint | null,
): Promise<Checkpoint> {
  const stored = await readCheckpoint(pool, definition.name, partition);
  return stored.offset === unverifiable ? { ...stored, fingerprint: null } : stored;
}

/** Reads in one subscription. Returns `again` when it has ended before the end of the replay. */
async function readFrom(
  options: ReplayPartitionOptions,
  checkpoint: Checkpoint,
  onCommit: () => void,
): Promise<'done' | 'again'> {
  const { partition, end, source, signal } = options;
  if ((checkpoint.offset ?? -1n) >= end) return 'done';
  const subscription = await source.subscribe(partition, startPosition(checkpoint));
  const stop = (): void => void subscription.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await applyAll(options, subscription, checkpoint, onCommit);
  } finally {
    signal.removeEventListener('abort', stop);
    await subscription.close();
  }
}

/** Applies what arrives until the end, the end of the subscription, or a checkpoint that somebody else has moved. */
async function applyAll(
  options: ReplayPartitionOptions,
  subscription: Subscription,
  checkpoint: Checkpoint,
  onCommit: () => void,
): Promise<'done' | 'again'> {
  const { partition, end, signal } = options;
  const applier = new LimitedApplier(options, onCommit);
  let at: CheckpointBefore = checkpoint;
  for (let isFirst = true; ; isFirst = false) {
    const taken = await subscription.take(BATCH_LIMIT);
    if (taken === undefined || signal.aborted) return 'again';
    if (isFirst) requireSameMessage(partition, checkpoint, taken[0]);
    const wanted = taken.filter(({ offset }) => offset <= end && (at.offset === null || offset > at.offset));
    if (wanted.length > 0) {
      const outcome = await applier.apply(wanted, at);
      if (outcome === 'again') return 'again';
      at = outcome;
    }
    if ((taken.at(-1)?.offset ?? -1n) >= end) return 'done';
  }
}

/** Applies deliveries as a running consumer does, with fewer retries, so that a replay parks what the consumer would park. */
class LimitedApplier {
  readonly #options: ReplayPartitionOptions;
  readonly #applier: DeliveryApplier;
  /** Aborted, with the error, when the limit of retries is reached. */
  readonly #gaveUp = new AbortController();

  constructor(options: ReplayPartitionOptions, onCommit: () => void) {
    const { definition, partition, pool } = options;
    this.#options = options;
    const limit = new RetryLimit(definition);
    this.#applier = new DeliveryApplier({
      definition,
      partition,
      store: batchStore,
      commit: commitTogether(pool),
      batchLimit: BATCH_LIMIT,
      onFailure: (error) => {
        if (!limit.allows(error)) this.#gaveUp.abort(error);
      },
      onCommit: ({ move }) => {
        limit.reset();
        options.onApplied(move.to);
        onCommit();
      },
    });
  }

  /**
   * Returns the checkpoint now, or `again` when the replay was aborted, or when the checkpoint was written by another running fill or by
   * a COMMIT whose answer was lost: the stored checkpoint shows where to continue.
   */
  async apply(deliveries: readonly Delivery[], from: CheckpointBefore): Promise<CheckpointBefore | 'again'> {
    const { signal, partition } = this.#options;
    const gaveUp = this.#gaveUp.signal;
    const applied = await this.#applier.apply(deliveries, from, AbortSignal.any([signal, gaveUp]));
    if (applied.kind === 'committed') return applied.checkpoint;
    if (!gaveUp.aborted) return 'again';
    throw new ApplyFailed(`${partition}: events after offset ${from.offset ?? 'none'} cannot be applied`, {
      cause: gaveUp.reason,
    });
  }
}
