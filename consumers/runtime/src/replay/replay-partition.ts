import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from '@gavel/postgres/pool';
import { commitTogether } from '../adapters/postgres/checkpoints.ts';
import { blockedAggregates, park } from '../adapters/postgres/dead-letters.ts';
import { claimNewEvents } from '../adapters/postgres/processed-events.ts';
import { applyBatch, type BatchStore, judgeBatch } from '../application/apply-batch.ts';
import { isCuredByWaiting } from '../application/handle-events.ts';
import { type Delivery, type EventSource, SubscriptionRefused } from '../application/source.ts';
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

/**
 * Applies one partition to a shadow, from the shadow's checkpoint to an end, outside of any group: nobody else reads for
 * it and nobody can pause it. Broker and database may go away meanwhile. Resolves at the end or when `signal` was
 * aborted; throws SubscriptionRefused when the place is not held.
 */
export async function replayPartition(options: ReplayPartitionOptions): Promise<void> {
  const { partition, end, source, signal } = options;
  for (let failures = 0; !signal.aborted; ) {
    let at: bigint | null = null;
    try {
      at = await readPlace(options);
      if ((at ?? -1n) >= end) return;
      const subscription = await source.subscribe(partition, at === null ? 'first' : { after: at });
      const stop = (): void => void subscription.close();
      signal.addEventListener('abort', stop, { once: true });
      try {
        for (;;) {
          const taken = await subscription.take(BATCH_LIMIT);
          if (taken === undefined || signal.aborted) break;
          failures = 0;
          const within = taken.filter(({ offset }) => offset <= end);
          if (within.length > 0) at = await applyUntilDone(options, at, within);
          if ((taken.at(-1)?.offset ?? -1n) >= end) return;
        }
      } finally {
        signal.removeEventListener('abort', stop);
        await subscription.close();
      }
    } catch (error) {
      if (error instanceof SubscriptionRefused) throw error;
      if (failures >= MOST_FAILURES) throw error;
    }
    failures += 1;
    await pause(delayBefore(failures, PACE), signal);
  }
}

/** About half a minute of outage; the shadow stays, and another fill goes on from there. */
const MOST_FAILURES = 12;

async function readPlace({ pool, definition, partition }: ReplayPartitionOptions): Promise<bigint | null> {
  const { rows } = await pool.query<{ offset: bigint | null }>(
    'SELECT last_offset AS "offset" FROM checkpoints WHERE consumer = $1 AND stream_partition = $2',
    [definition.name, partition],
  );
  return rows[0]?.offset ?? null;
}

/** The same tries as a running consumer's, so that a replay parks what that would park. */
async function applyUntilDone(
  options: ReplayPartitionOptions,
  from: bigint | null,
  deliveries: readonly Delivery[],
): Promise<bigint> {
  const { definition, partition, pool, signal } = options;
  const batch = judgeBatch(definition, partition, from, deliveries);
  for (let attempt = 1, waits = 1; ; waits++) {
    try {
      const { outcome } = await applyBatch(definition, store, commitTogether(pool), batch, attempt);
      if (outcome === 'overtaken') throw new Error(`${partition}: somebody else fills the same shadow`);
      options.onApplied(batch.move.to);
      return batch.move.to;
    } catch (error) {
      if (isCuredByWaiting(definition, error)) {
        if (waits >= MOST_FAILURES) throw error;
        await pause(delayBefore(waits, PACE), signal);
      } else if (attempt > (definition.onFailure.attempts ?? MOST_FAILURES)) throw error;
      else attempt += 1;
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // Aborting is how a pause ends early; there is nothing else it can reject with.
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
