import { classify, type ErrorKind } from '@gavel/postgres/sqlstate';
import type { Transaction } from '@gavel/postgres/transaction';
import { type ConsumerDefinition, PermanentFailure } from '../define-consumer.ts';
import { type DeliveredEvent, messageOf, toDeadLetter } from './classify-delivery.ts';
import type { DeadLetter } from './dead-letter.ts';

const DEFAULT_ATTEMPTS = 3;

/** The handler failed on a batch for a reason that seems to be in its events. The cause is the handler's error. */
export class BatchFailed extends Error {
  override readonly name = 'BatchFailed';
}

/** Errors that no event causes: the same event succeeds as soon as the database works again. */
const NOT_THE_EVENT: ReadonlySet<ErrorKind> = new Set(['connection', 'conflict', 'timeout', 'environment']);

/** True for errors after which the batch is retried until it succeeds, whichever events it holds. */
export function isTransient({ onFailure }: ConsumerDefinition, error: unknown): boolean {
  if (isPermanent({ onFailure }, error)) return false;
  return NOT_THE_EVENT.has(errorKind(error)) || onFailure.isTransient?.(error) === true;
}

/** True for errors that no retry can fix. */
export function isPermanent({ onFailure }: Pick<ConsumerDefinition, 'onFailure'>, error: unknown): boolean {
  return error instanceof PermanentFailure || onFailure.isPermanent?.(error) === true;
}

/** True when one event alone takes longer than the server allows a statement: then the event itself is the cause. */
export function isTooSlowAlone(
  { onFailure }: ConsumerDefinition,
  events: readonly DeliveredEvent[],
  error: unknown,
): boolean {
  if (onFailure.isTransient?.(error) === true) return false;
  return events.length === 1 && errorKind(error) === 'timeout';
}

/** The kind of a database error: the error's own, or that of the first of its causes that has one. */
export function errorKind(error: unknown): ErrorKind {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const kind = classify(cause);
    if (kind !== 'unknown') return kind;
  }
  return 'unknown';
}

/**
 * Finds the events that the handler fails on, and handles all others: the batch is halved, each half under a savepoint,
 * until each failing event is alone. Returns the dead letters to park.
 *
 * Throws BatchFailed while a failing event has attempts left: then the whole batch fails, nothing is parked. Throws
 * transient errors as they are.
 */
export async function isolateFailures(
  tx: Transaction,
  definition: ConsumerDefinition,
  events: readonly DeliveredEvent[],
  attempt: number,
): Promise<DeadLetter[]> {
  const deadLetters: DeadLetter[] = [];
  const blocked = new Set<string>();
  const mayRetry = attempt < (definition.onFailure.attempts ?? DEFAULT_ATTEMPTS);
  const retryBecause: unknown[] = [];

  const handleHalves = async (part: readonly DeliveredEvent[], depth: number): Promise<void> => {
    const isBlocked = ({ envelope }: DeliveredEvent): boolean => blocked.has(envelope.partitionkey);
    deadLetters.push(...part.filter(isBlocked).map(behindParked));
    const free = part.filter((event) => !isBlocked(event));
    if (free.length === 0) return;
    const failed = await tryPart(tx, definition, events, free, depth);
    if (failed === undefined) return;
    const [event] = free;
    if (free.length > 1 || event === undefined) {
      const half = Math.ceil(free.length / 2);
      await handleHalves(free.slice(0, half), depth + 1);
      await handleHalves(free.slice(half), depth + 1);
      return;
    }
    if (mayRetry && !isPermanent(definition, failed.error)) retryBecause.push(failed.error);
    deadLetters.push(toDeadLetter(event, 'handler_failed', failed.error, attempt));
    if (definition.onFailure.laterEvents === 'wait') blocked.add(event.envelope.partitionkey);
  };

  await handleHalves(events, 0);
  if (retryBecause.length > 0) throw new BatchFailed(messageOf(retryBecause[0]), { cause: retryBecause[0] });
  return deadLetters;
}

/** The parked form of an event whose aggregate has an earlier parked event. */
export function behindParked(event: DeliveredEvent): DeadLetter {
  return toDeadLetter(event, 'waits_for_earlier', 'an earlier event of this aggregate is parked', 0);
}

/** Handles a part of the batch under a savepoint and undoes it when the handler fails. Throws transient errors. */
async function tryPart(
  tx: Transaction,
  definition: ConsumerDefinition,
  batch: readonly DeliveredEvent[],
  part: readonly DeliveredEvent[],
  depth: number,
): Promise<{ readonly error: unknown } | undefined> {
  const savepoint = `part_${depth}`;
  await tx.query(`SAVEPOINT ${savepoint}`);
  try {
    await definition.handle(tx, part);
    // Deferred constraints are checked here, while it is known which events a failure belongs to.
    await tx.query('SET CONSTRAINTS ALL IMMEDIATE');
    await tx.query(`RELEASE SAVEPOINT ${savepoint}`);
    return undefined;
  } catch (error) {
    if (isTransient(definition, error) && !isTooSlowAlone(definition, batch, error)) throw error;
    await tx.query(`ROLLBACK TO SAVEPOINT ${savepoint}`);
    await tx.query(`RELEASE SAVEPOINT ${savepoint}`);
    return { error };
  }
}
