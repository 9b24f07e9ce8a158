import type { Pool } from '@gavel/postgres/pool';
import {
  type Delivery,
  type EventSource,
  type Subscription,
  SubscriptionRefused,
} from '@gavel/rabbitmq/event-source';
import { type BackOff, delayBefore, pause } from '@gavel/resilience';
import { commitTogether, readCheckpoint } from '../adapters/postgres/checkpoints.ts';
import { blockedAggregates, park } from '../adapters/postgres/dead-letters.ts';
import { claimNewEvents } from '../adapters/postgres/processed-events.ts';
import type { BatchStore } from '../application/apply-batch.ts';
import { type Checkpoint, isAllHeldAfter, messageMark, readingFrom } from '../application/checkpoint.ts';
import { DeliverySettling } from '../application/settle-deliveries.ts';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { ApplyFailed, MOST_FAILURES, Patience } from './patience.ts';

export interface ReplayPartitionOptions {
  readonly definition: ConsumerDefinition;
  readonly partition: string;
  /** Last offset to apply. */
  readonly end: bigint;
  readonly source: EventSource;
  /** Of the shadow: see createShadowPool. */
  readonly pool: Pool;
  readonly onApplied: (offset: bigint) => void;
  readonly signal: AbortSignal;
}

const store: BatchStore = { claim: claimNewEvents, blocked: blockedAggregates, park };
/** As in start-consumer: at 1,000 a transaction costs little beside its events. */
const BATCH_LIMIT = 1_000;
const PACE: BackOff = { firstMs: 100, maxMs: 5_000 };

/**
 * Applies one partition to a shadow, from the shadow's checkpoint to an end, outside of any group: nobody else reads for
 * it and nobody can pause it. Broker and database may go away meanwhile, for half a minute or so. Resolves at the end or
 * when `signal` was aborted; throws SubscriptionRefused when the place is not held, or is another stream's.
 */
export async function replayPartition(options: ReplayPartitionOptions): Promise<void> {
  const { definition, partition, end, source, pool, signal } = options;
  let unmarked: bigint | null = null;
  for (let failures = 0; !signal.aborted; ) {
    let place: Checkpoint = { offset: null, mark: null, version: null };
    try {
      place = await readCheckpoint(pool, definition.name, partition);
      if (place.offset === unmarked) place = { ...place, mark: null };
      if ((place.offset ?? -1n) >= end) return;
      const subscription = await source.subscribe(partition, readingFrom(place));
      const stop = (): void => void subscription.close();
      signal.addEventListener('abort', stop, { once: true });
      try {
        const applied = await readOn(options, subscription, place, () => {
          failures = 0;
        });
        if (applied === 'done') return;
      } finally {
        signal.removeEventListener('abort', stop);
        await subscription.close();
      }
    } catch (error) {
      if (place.mark !== null && isAllHeldAfter(place, error)) {
        unmarked = place.offset;
        continue;
      }
      if (error instanceof SubscriptionRefused || error instanceof ApplyFailed) throw error;
      if (failures >= MOST_FAILURES) throw error;
    }
    if (failures >= MOST_FAILURES && !signal.aborted)
      throw new Error(`${partition}: reading ends again and again`);
    failures += 1;
    await pause(delayBefore(failures, PACE), signal);
  }
}

/** Applies what comes until the end or until the subscription ends, or somebody else has moved the shadow's checkpoint. */
async function readOn(
  options: ReplayPartitionOptions,
  subscription: Subscription,
  place: Checkpoint,
  onCommit: () => void,
): Promise<'done' | 'again'> {
  const { partition, end, signal } = options;
  const applying = new Applying(options, onCommit);
  let at = place.offset;
  let mark = place.mark;
  for (;;) {
    const taken = await subscription.take(BATCH_LIMIT);
    if (taken === undefined || signal.aborted) return 'again';
    if (at !== null && mark !== null) requireSame(partition, at, mark, taken[0]);
    mark = null;
    const within = taken.filter(({ offset }) => offset <= end && (at === null || offset > at));
    if (within.length > 0) {
      const outcome = await applying.apply(within, at);
      if (outcome === 'again') return 'again';
      at = outcome;
    }
    if ((taken.at(-1)?.offset ?? -1n) >= end) return 'done';
  }
}

/** As for a running consumer: in a stream that was made anew the offsets after it mean other events. */
function requireSame(partition: string, offset: bigint, applied: string, last: Delivery | undefined): void {
  const found = last?.offset === offset ? messageMark(last) : 'nothing';
  if (found === applied) return;
  throw new SubscriptionRefused(partition, { reason: 'other-message', offset, applied, found });
}

/** The same tries as a running consumer's, with less patience, so that a replay parks what that would park. */
class Applying {
  readonly #options: ReplayPartitionOptions;
  readonly #settling: DeliverySettling;
  readonly #patience: Patience;
  /** Aborted when another try is not worth it. */
  readonly #hopeless = new AbortController();

  constructor(options: ReplayPartitionOptions, onCommit: () => void) {
    const { definition, partition, pool } = options;
    this.#options = options;
    this.#patience = new Patience(definition);
    this.#settling = new DeliverySettling({
      definition,
      partition,
      store,
      commit: commitTogether(pool),
      readCheckpoint: () => readCheckpoint(pool, definition.name, partition),
      batchLimit: BATCH_LIMIT,
      onFailure: (error) => {
        if (!this.#patience.allows(error)) this.#hopeless.abort(error);
      },
      onCommit: ({ move }) => {
        this.#patience.renew();
        options.onApplied(move.to);
        onCommit();
      },
      // A COMMIT whose answer was lost, or another fill at work: the checkpoint says where to go on.
      onOvertaken: () => undefined,
    });
  }

  /** Returns the last offset applied; 'again' when it was told to end, or has to begin at another place. */
  async apply(deliveries: readonly Delivery[], from: bigint | null): Promise<bigint | null | 'again'> {
    const signal = AbortSignal.any([this.#options.signal, this.#hopeless.signal]);
    const settled = await this.#settling.settle(deliveries, from, signal);
    if (settled.kind === 'committed') return settled.offset;
    if (!this.#hopeless.signal.aborted) return 'again';
    throw new ApplyFailed(
      `${this.#options.partition}: what follows ${from ?? 'its begin'} cannot be applied`,
      {
        cause: this.#hopeless.signal.reason,
      },
    );
  }
}
