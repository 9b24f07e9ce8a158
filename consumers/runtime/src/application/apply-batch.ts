import type { Transaction } from '@gavel/postgres/transaction';
import type { Delivery } from '@gavel/rabbitmq/event-source';
import type { ConsumerDefinition } from '../define-consumer.ts';
import {
  type CheckpointBefore,
  type CheckpointMove,
  type CommitStrategy,
  type MoveOutcome,
  messageFingerprint,
} from './checkpoint.ts';
import { classifyDelivery, type DeliveredEvent, messageOf } from './classify-delivery.ts';
import type { DeadLetter } from './dead-letter.ts';
import {
  BatchFailed,
  behindParked,
  isolateFailures,
  isTooSlowAlone,
  isTransient,
} from './isolate-failures.ts';

/** The database statements of one batch. */
export interface BatchStore {
  /** Records events as handled and returns the ids that were new. */
  claim(tx: Transaction, consumer: string, eventIds: readonly string[]): Promise<Set<string>>;
  /** Which of the aggregates have a parked event. */
  blocked(tx: Transaction, consumer: string, aggregateIds: readonly string[]): Promise<Set<string>>;
  park(
    tx: Transaction,
    consumer: string,
    partition: string,
    deadLetters: readonly DeadLetter[],
  ): Promise<void>;
}

/** The number of messages of a batch per outcome. The names are values of the metric `gavel.consumer.handled`. */
export interface BatchCounts {
  handled: number;
  /** Further copies of events that were handled before. */
  duplicate: number;
  /** Skipped: the consumer does not subscribe to them or does not take their type. */
  passed: number;
  parked: number;
}

/** A batch that has been classified. It can be tried any number of times. */
export interface ClassifiedBatch {
  readonly move: CheckpointMove;
  readonly events: readonly DeliveredEvent[];
  readonly unreadable: readonly DeadLetter[];
  readonly passed: number;
}

/** Sorts deliveries into events to handle, messages to park, and messages to skip. */
export function classifyBatch(
  definition: ConsumerDefinition,
  partition: string,
  from: CheckpointBefore,
  deliveries: readonly Delivery[],
): ClassifiedBatch {
  const last = deliveries.at(-1);
  if (last === undefined) throw new RangeError('a batch holds at least one delivery');
  const events: DeliveredEvent[] = [];
  const unreadable: DeadLetter[] = [];
  for (const delivery of deliveries) {
    const classified = classifyDelivery(definition, delivery);
    if (classified.kind === 'handle') events.push(classified.event);
    else if (classified.kind === 'park') unreadable.push(classified.deadLetter);
  }
  const fingerprint = messageFingerprint(last);
  return {
    move: { consumer: definition.name, partition, from, to: last.offset, fingerprint },
    events,
    unreadable,
    passed: deliveries.length - events.length - unreadable.length,
  };
}

/**
 * Tries a batch once. The checkpoint's move, the record of handled events, the handler's effect and the dead letters commit
 * together or not at all. The first attempt passes all events to the handler at once; later ones find out which events
 * it fails on. Throws `BatchFailed` when the handler failed on its events, during the call or at the commit, and any
 * other error as it is. In both cases the batch has to be tried again.
 */
export async function applyBatch(
  definition: ConsumerDefinition,
  store: BatchStore,
  commit: CommitStrategy,
  batch: ClassifiedBatch,
  attempt: number,
): Promise<{ outcome: MoveOutcome; counts: BatchCounts }> {
  const counts: BatchCounts = { handled: 0, duplicate: 0, passed: batch.passed, parked: 0 };
  let wasHandled = false;
  const effect = async (tx: Transaction): Promise<void> => {
    const fresh = await claimNew(tx, store, batch);
    const { free, waiting } = await splitWaiting(tx, definition, store, fresh, batch.unreadable);
    const deadLetters = [...batch.unreadable, ...waiting];
    if (free.length > 0) {
      wasHandled = true;
      if (attempt === 1) await definition.handle(tx, free);
      else deadLetters.push(...(await isolateFailures(tx, definition, free, attempt)));
    }
    // Dead letters are listed and redriven by id, so their ids must follow the order of the stream.
    deadLetters.sort((one, other) => (one.offset < other.offset ? -1 : 1));
    await store.park(tx, batch.move.consumer, batch.move.partition, deadLetters);
    counts.duplicate = batch.events.length - fresh.length;
    counts.parked = deadLetters.length;
    counts.handled = fresh.length - (deadLetters.length - batch.unreadable.length);
  };
  try {
    return { outcome: await commit(batch.move, effect), counts };
  } catch (error) {
    if (error instanceof BatchFailed || !wasHandled) throw error;
    if (isTransient(definition, error) && !isTooSlowAlone(definition, batch.events, error)) throw error;
    throw new BatchFailed(messageOf(error), { cause: error });
  }
}

/** Records the batch's events as handled and returns those that are new to the consumer. */
async function claimNew(
  tx: Transaction,
  store: BatchStore,
  { events, move }: ClassifiedBatch,
): Promise<readonly DeliveredEvent[]> {
  if (events.length === 0) return [];
  const ids = events.map((event) => event.envelope.id);
  const unclaimed = await store.claim(tx, move.consumer, ids);
  // Each id is deleted as it is met, so of two copies in one batch only the first is handled.
  return events.filter((event) => unclaimed.delete(event.envelope.id));
}

/** Under the policy `wait`, separates the events that have to wait behind a parked event of their aggregate. */
async function splitWaiting(
  tx: Transaction,
  definition: ConsumerDefinition,
  store: BatchStore,
  events: readonly DeliveredEvent[],
  unreadable: readonly DeadLetter[],
): Promise<{ readonly free: readonly DeliveredEvent[]; readonly waiting: readonly DeadLetter[] }> {
  if (definition.onFailure.laterEvents === 'continue' || events.length === 0) {
    return { free: events, waiting: [] };
  }
  const aggregates = new Set(events.map((event) => event.envelope.partitionkey));
  const blocked = await store.blocked(tx, definition.name, [...aggregates]);
  // An unreadable message of a known aggregate blocks its later events just as a failing event does.
  const blockedFrom = new Map<string, bigint>();
  for (const { aggregateId, offset } of unreadable) {
    if (aggregateId !== undefined && !blockedFrom.has(aggregateId)) blockedFrom.set(aggregateId, offset);
  }
  const mustWait = ({ envelope, offset }: DeliveredEvent): boolean => {
    const from = blockedFrom.get(envelope.partitionkey);
    return blocked.has(envelope.partitionkey) || (from !== undefined && offset >= from);
  };
  return {
    free: events.filter((event) => !mustWait(event)),
    waiting: events.filter(mustWait).map(behindParked),
  };
}
