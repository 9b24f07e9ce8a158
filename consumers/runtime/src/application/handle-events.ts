import { classify, type ErrorKind } from '@gavel/postgres/sqlstate';
import type { Transaction } from '@gavel/postgres/transaction';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { PermanentFailure } from '../define-consumer.ts';
import { type DeliveredEvent, toDeadLetter } from './classify-delivery.ts';
import type { DeadLetter } from './dead-letter.ts';

const DEFAULT_ATTEMPTS = 3;

/** The handler failed on a batch of events, for a reason that lies in them as far as can be told; the cause is its error. */
export class BatchFailed extends Error {
  override readonly name = 'BatchFailed';
}

/** No event is to blame for these: the same event is fine as soon as the database is. */
const NOT_THE_EVENT: ReadonlySet<ErrorKind> = new Set(['connection', 'conflict', 'timeout', 'environment']);

/** True for errors where the batch is tried again until it succeeds, whichever events it holds. */
export function isCuredByWaiting(definition: ConsumerDefinition, error: unknown): boolean {
  if (isPermanent(definition, error)) return false;
  return NOT_THE_EVENT.has(errorKind(error)) || definition.onFailure.isTransient?.(error) === true;
}

/** True where one event alone takes longer than the server lets any statement run: with nobody beside it, it is its own fault. */
export function takesTooLong(
  definition: ConsumerDefinition,
  events: readonly DeliveredEvent[],
  error: unknown,
): boolean {
  if (definition.onFailure.isTransient?.(error) === true) return false;
  return events.length === 1 && errorKind(error) === 'timeout';
}

/** True for errors where another try is known to change nothing. */
export function isPermanent(definition: ConsumerDefinition, error: unknown): boolean {
  return error instanceof PermanentFailure || definition.onFailure.isPermanent?.(error) === true;
}

/** What an error, or the first of its causes that the database knows, says of another try. */
export function errorKind(error: unknown): ErrorKind {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const kind = classify(cause);
    if (kind !== 'unknown') return kind;
  }
  return 'unknown';
}

/**
 * Hands events to the handler one by one where need be, each try under a savepoint, so that those it fails on are told
 * from the rest: the batch is halved until the failing ones stand alone. Returns what to park. While `attempt` has not
 * used up the policy, an error that may pass makes the whole batch fail instead. Transient errors are thrown as they are,
 * except for a lone event's time-out.
 */
export async function isolateFailures(
  tx: Transaction,
  definition: ConsumerDefinition,
  events: readonly DeliveredEvent[],
  attempt: number,
): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  const blocked = new Set<string>();
  const mayRetry = attempt < (definition.onFailure.attempts ?? DEFAULT_ATTEMPTS);
  let retryBecause: unknown;

  const handle = async (part: readonly DeliveredEvent[], depth: number): Promise<void> => {
    const free: DeliveredEvent[] = [];
    for (const event of part) {
      if (blocked.has(event.envelope.partitionkey)) letters.push(waiting(event));
      else free.push(event);
    }
    if (free.length === 0) return;
    const savepoint = `part_${depth}`;
    await tx.query(`SAVEPOINT ${savepoint}`);
    let failure: unknown;
    try {
      await definition.handle(tx, free);
      // Deferred constraints are checked here, while it is still known whose they are.
      await tx.query('SET CONSTRAINTS ALL IMMEDIATE');
      await tx.query(`RELEASE SAVEPOINT ${savepoint}`);
      return;
    } catch (error) {
      if (isCuredByWaiting(definition, error) && !takesTooLong(definition, events, error)) throw error;
      failure = error;
    }
    await tx.query(`ROLLBACK TO SAVEPOINT ${savepoint}`);
    await tx.query(`RELEASE SAVEPOINT ${savepoint}`);
    const [only] = free;
    if (free.length === 1 && only) {
      if (mayRetry && !isPermanent(definition, failure)) retryBecause ??= failure;
      letters.push(toDeadLetter(only, 'handler_failed', failure, attempt));
      if (definition.onFailure.laterEvents === 'wait') blocked.add(only.envelope.partitionkey);
      return;
    }
    const half = Math.ceil(free.length / 2);
    await handle(free.slice(0, half), depth + 1);
    await handle(free.slice(half), depth + 1);
  };

  await handle(events, 0);
  if (retryBecause !== undefined) {
    const reason = retryBecause instanceof Error ? retryBecause.message : String(retryBecause);
    throw new BatchFailed(reason, { cause: retryBecause });
  }
  return letters;
}

/** The parked form of an event behind a parked one. */
export function waiting(event: DeliveredEvent): DeadLetter {
  return toDeadLetter(event, 'waits_for_earlier', 'an earlier event of this aggregate is parked', 0);
}
