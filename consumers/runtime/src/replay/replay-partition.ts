import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from '@gavel/postgres/pool';
import { commitTogether, readCheckpoint } from '../adapters/postgres/checkpoints.ts';
import { blockedAggregates, park } from '../adapters/postgres/dead-letters.ts';
import { claimNewEvents } from '../adapters/postgres/processed-events.ts';
import { applyBatch, type BatchStore, judgeBatch } from '../application/apply-batch.ts';
import { type Checkpoint, isAllHeldAfter, messageMark, readingFrom } from '../application/checkpoint.ts';
import { BatchFailed, isCuredByWaiting } from '../application/handle-events.ts';
import {
  type Delivery,
  type EventSource,
  type Subscription,
  SubscriptionRefused,
} from '../application/source.ts';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { type BackOff, delayBefore } from '../domain/back-off.ts';

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

/** Applying failed, and trying again has not helped; the cause says why. */
class ApplyFailed extends Error {
  override readonly name = 'ApplyFailed';
}

/**
 * Applies one partition to a shadow, from the shadow's checkpoint to an end, outside of any group: nobody else reads for
 * it and nobody can pause it. Broker and database may go away meanwhile, for half a minute or so. Resolves at the end or
 * when `signal` was aborted; throws SubscriptionRefused when the place is not held, or is another stream's.
 */
export async function replayPartition(options: ReplayPartitionOptions): Promise<void> {
  const { definition, partition, end, source, pool, signal } = options;
  let unmarked: bigint | null = null;
  for (let failures = 0; !signal.aborted; ) {
    let place: Checkpoint = { offset: null, mark: null };
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

/** About half a minute of outage; the shadow stays, and another fill goes on from there. */
const MOST_FAILURES = 12;

/** Applies what comes until the end or until the subscription ends, or somebody else has moved the shadow's checkpoint. */
async function readOn(
  options: ReplayPartitionOptions,
  subscription: Subscription,
  place: Checkpoint,
  onCommit: () => void,
): Promise<'done' | 'again'> {
  const { partition, end, signal } = options;
  let at = place.offset;
  let mark = place.mark;
  for (;;) {
    const taken = await subscription.take(BATCH_LIMIT);
    if (taken === undefined || signal.aborted) return 'again';
    if (at !== null && mark !== null) requireSame(partition, at, mark, taken[0]);
    mark = null;
    const within = taken.filter(({ offset }) => offset <= end && (at === null || offset > at));
    if (within.length > 0) {
      const outcome = await applyUntilDone(options, at, within);
      if (outcome === 'overtaken') return 'again';
      at = outcome;
      onCommit();
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

/** The same tries as a running consumer's, so that a replay parks what that would park. */
async function applyUntilDone(
  options: ReplayPartitionOptions,
  from: bigint | null,
  deliveries: readonly Delivery[],
): Promise<bigint | 'overtaken'> {
  const { definition, partition, pool, signal } = options;
  const batch = judgeBatch(definition, partition, from, deliveries);
  for (let attempt = 1, waits = 1; ; ) {
    try {
      const { outcome } = await applyBatch(definition, store, commitTogether(pool), batch, attempt);
      // A COMMIT whose answer was lost, or another fill at work: the checkpoint says where to go on.
      if (outcome === 'overtaken') return outcome;
      options.onApplied(batch.move.to);
      return batch.move.to;
    } catch (error) {
      const isHandlers = error instanceof BatchFailed;
      const isHopeless = isHandlers
        ? attempt > (definition.onFailure.attempts ?? MOST_FAILURES)
        : waits >= MOST_FAILURES || !isCuredByWaiting(definition, error);
      if (isHopeless || signal.aborted) {
        throw new ApplyFailed(`${partition}: what follows ${from ?? 'its begin'} cannot be applied`, {
          cause: error,
        });
      }
      if (isHandlers) attempt += 1;
      else {
        await pause(delayBefore(waits, PACE), signal);
        waits += 1;
      }
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // Aborting is how a pause ends early; there is nothing else it can reject with.
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
