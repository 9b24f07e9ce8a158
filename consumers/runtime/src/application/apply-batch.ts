import type { Transaction } from '@gavel/postgres/transaction';
import type { Delivery } from '@gavel/rabbitmq/event-source';
import type { ConsumerDefinition } from '../define-consumer.ts';
import type { CheckpointMove, CommitStrategy, MoveOutcome } from './checkpoint.ts';
import { messageMark } from './checkpoint.ts';
import { classifyDelivery, type DeliveredEvent } from './classify-delivery.ts';
import type { DeadLetter } from './dead-letter.ts';
import { BatchFailed, isCuredByWaiting, isolateFailures, takesTooLong, waiting } from './handle-events.ts';

/** The database statements of one batch. */
export interface BatchStore {
  /** Records events as handled and returns the ids that were new. */
  claim(tx: Transaction, consumer: string, eventIds: readonly string[]): Promise<Set<string>>;
  /** Those of some aggregates that have a parked event. */
  blocked(tx: Transaction, consumer: string, aggregateIds: readonly string[]): Promise<Set<string>>;
  park(tx: Transaction, consumer: string, partition: string, letters: readonly DeadLetter[]): Promise<void>;
}

/** What became of a batch's messages. */
export interface BatchCounts {
  handled: number;
  /** Second copies of events that were handled before. */
  duplicate: number;
  /** Not asked for by the consumer's subscription and types. */
  passed: number;
  parked: number;
}

/** A batch that has been classified and can be tried any number of times. */
export interface ClassifiedBatch {
  readonly move: CheckpointMove;
  readonly events: readonly DeliveredEvent[];
  readonly unreadable: readonly DeadLetter[];
  readonly passed: number;
}

/** Sorts deliveries into events to handle, messages to park, and the rest. */
export function classifyBatch(
  definition: ConsumerDefinition,
  partition: string,
  from: bigint | null,
  deliveries: readonly Delivery[],
): ClassifiedBatch {
  const events: DeliveredEvent[] = [];
  const unreadable: DeadLetter[] = [];
  for (const delivery of deliveries) {
    const classified = classifyDelivery(definition, delivery);
    if (classified.kind === 'handle') events.push(classified.event);
    else if (classified.kind === 'park') unreadable.push(classified.deadLetter);
  }
  const last = deliveries.at(-1);
  if (last === undefined) throw new RangeError('a batch holds at least one delivery');
  return {
    move: { consumer: definition.name, partition, from, to: last.offset, mark: messageMark(last) },
    events,
    unreadable,
    passed: deliveries.length - events.length - unreadable.length,
  };
}

/**
 * Tries a batch once: the checkpoint's move, the record of handled events, the handler's effect and whatever has to be
 * parked commit together or not at all. The first attempt hands the handler everything at once; later ones find out
 * which events it fails on. Throws `BatchFailed` when the handler failed on its events, now or at the commit, and what
 * else went wrong as it is: in both cases the batch is to be tried again.
 */
export async function applyBatch(
  definition: ConsumerDefinition,
  store: BatchStore,
  commit: CommitStrategy,
  batch: ClassifiedBatch,
  attempt: number,
): Promise<{ outcome: MoveOutcome; counts: BatchCounts }> {
  const { consumer, partition } = batch.move;
  const counts: BatchCounts = { handled: 0, duplicate: 0, passed: batch.passed, parked: 0 };
  let wasHandled = false;
  const effect = async (tx: Transaction): Promise<void> => {
    const letters = [...batch.unreadable];
    const fresh = batch.events.length > 0 ? await onlyNew(tx, store, consumer, batch.events) : [];
    const free = await splitWaiting(tx, definition, store, fresh, letters);
    if (free.length > 0) {
      wasHandled = true;
      if (attempt === 1) await definition.handle(tx, free);
      else letters.push(...(await isolateFailures(tx, definition, free, attempt)));
    }
    // So that letters' ids follow their places.
    letters.sort((one, other) => (one.offset < other.offset ? -1 : 1));
    await store.park(tx, consumer, partition, letters);
    counts.duplicate = batch.events.length - fresh.length;
    counts.parked = letters.length;
    counts.handled = fresh.length - (letters.length - batch.unreadable.length);
  };
  try {
    return { outcome: await commit(batch.move, effect), counts };
  } catch (error) {
    if (error instanceof BatchFailed || !wasHandled) throw error;
    if (isCuredByWaiting(definition, error) && !takesTooLong(definition, batch.events, error)) throw error;
    throw new BatchFailed(messageOf(error), { cause: error });
  }
}

async function onlyNew(
  tx: Transaction,
  store: BatchStore,
  consumer: string,
  events: readonly DeliveredEvent[],
): Promise<DeliveredEvent[]> {
  const unclaimed = await store.claim(
    tx,
    consumer,
    events.map((event) => event.envelope.id),
  );
  // Deleting as it goes: of two copies in one batch the first is the event.
  return events.filter((event) => unclaimed.delete(event.envelope.id));
}

async function splitWaiting(
  tx: Transaction,
  definition: ConsumerDefinition,
  store: BatchStore,
  events: readonly DeliveredEvent[],
  letters: DeadLetter[],
): Promise<readonly DeliveredEvent[]> {
  if (definition.onFailure.laterEvents === 'continue' || events.length === 0) return events;
  const aggregates = new Set(events.map((event) => event.envelope.partitionkey));
  const blocked = await store.blocked(tx, definition.name, [...aggregates]);
  // An unreadable event of a known aggregate blocks it from here on just as a failing one does.
  const blockedFrom = new Map<string, bigint>();
  for (const letter of letters) {
    if (letter.aggregateId !== undefined && !blockedFrom.has(letter.aggregateId)) {
      blockedFrom.set(letter.aggregateId, letter.offset);
    }
  }
  return events.filter((event) => {
    const key = event.envelope.partitionkey;
    const from = blockedFrom.get(key);
    if (!blocked.has(key) && (from === undefined || event.offset < from)) return true;
    letters.push(waiting(event));
    return false;
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
