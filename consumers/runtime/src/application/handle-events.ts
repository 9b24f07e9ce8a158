import { isTransient } from '@gavel/postgres/sqlstate';
import type { Transaction } from '@gavel/postgres/transaction';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { PermanentFailure } from '../permanent-failure.ts';
import type { DeadLetter } from './dead-letter.ts';
import { type DeliveredEvent, toDeadLetter } from './judge-delivery.ts';

const DEFAULT_ATTEMPTS = 3;

/** Thrown out of the transaction when the handler failed on a batch and another try is due. */
export class BatchFailed extends Error {
  override readonly name = 'BatchFailed';
}

/** True for errors where the batch is tried again until it succeeds. */
export function isCuredByWaiting(definition: ConsumerDefinition, error: unknown): boolean {
  return isTransient(error) || definition.onFailure.isTransient?.(error) === true;
}

/**
 * Hands events to the handler one by one where need be, each try under a savepoint, so that those it fails on are told
 * from the rest: the batch is halved until the failing ones stand alone. Returns what to park. While `attempt` has not
 * used up the policy, an error that may pass makes the whole batch fail instead. Transient errors are thrown as they are.
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
      await tx.query(`RELEASE SAVEPOINT ${savepoint}`);
      return;
    } catch (error) {
      if (isCuredByWaiting(definition, error)) throw error;
      failure = error;
    }
    await tx.query(`ROLLBACK TO SAVEPOINT ${savepoint}`);
    await tx.query(`RELEASE SAVEPOINT ${savepoint}`);
    const [only] = free;
    if (free.length === 1 && only) {
      if (mayRetry && !(failure instanceof PermanentFailure)) retryBecause ??= failure;
      letters.push(toDeadLetter(only, 'handler_failed', failure, attempt));
      if (definition.onFailure.laterEvents === 'wait') blocked.add(only.envelope.partitionkey);
      return;
    }
    const half = Math.ceil(free.length / 2);
    await handle(free.slice(0, half), depth + 1);
    await handle(free.slice(half), depth + 1);
  };

  await handle(events, 0);
  if (retryBecause !== undefined) throw new BatchFailed('the handler failed', { cause: retryBecause });
  return letters;
}

/** The parked form of an event behind a parked one. */
export function waiting(event: DeliveredEvent): DeadLetter {
  return toDeadLetter(event, 'waits_for_earlier', 'an earlier event of this aggregate is parked', 0);
}
