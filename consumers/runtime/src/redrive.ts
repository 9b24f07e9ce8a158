import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import { claimNewEvents } from './adapters/postgres/processed-events.ts';
import {
  lockDeadLetter,
  recordRedrive,
  type StoredDeadLetter,
} from './adapters/postgres/stored-dead-letters.ts';
import { classifyDelivery, type DeliveredEvent, messageOf } from './application/classify-delivery.ts';
import { isTransient } from './application/isolate-failures.ts';
import type { ConsumerDefinition } from './define-consumer.ts';

/** The result of passing a parked event to its consumer once more. */
export type RedriveOutcome =
  | { readonly outcome: 'redriven' }
  /** This consumer has no such dead letter, or it is no longer parked. */
  | { readonly outcome: 'not-parked' }
  /** An earlier event of the same aggregate is parked and has to be redriven first. */
  | { readonly outcome: 'waits-for-earlier'; readonly earlier: bigint }
  /** It is still not an event that this consumer can handle. */
  | { readonly outcome: 'unreadable'; readonly problem: string }
  /** The handler failed again; the dead letter stays parked, with the new error. */
  | { readonly outcome: 'failed'; readonly problem: string };

/**
 * Passes one parked event to its consumer's handler again and records the result in the same transaction. Meanwhile the
 * partition's checkpoint is locked, so the running consumer can neither overtake the event nor park others behind it.
 * Throws transient errors: try again then.
 */
export async function redrive(
  pool: Pool,
  definition: ConsumerDefinition,
  deadLetterId: bigint,
): Promise<RedriveOutcome> {
  return transaction(pool, async (tx) => {
    const deadLetter = await lockDeadLetter(tx, definition.name, deadLetterId);
    if (deadLetter === undefined) return { outcome: 'not-parked' };
    if (deadLetter.earlier !== null && definition.onFailure.laterEvents === 'wait') {
      return { outcome: 'waits-for-earlier', earlier: deadLetter.earlier };
    }
    return redriveLocked(tx, definition, deadLetter);
  });
}

async function redriveLocked(
  tx: Transaction,
  definition: ConsumerDefinition,
  deadLetter: StoredDeadLetter,
): Promise<RedriveOutcome> {
  const classified = classifyDelivery(definition, {
    offset: deadLetter.streamOffset,
    storedAt: 0,
    content: { ok: true, headers: deadLetter.headers, body: deadLetter.body },
  });
  if (classified.kind !== 'handle') {
    const problem =
      classified.kind === 'park' ? classified.deadLetter.error : 'not an event that this consumer takes';
    return { outcome: 'unreadable', problem };
  }
  await tx.query('SAVEPOINT redrive');
  try {
    if (await isUnhandled(tx, definition, deadLetter, classified.event)) {
      await definition.handle(tx, [classified.event]);
      // Deferred constraints are checked here, while a failure can still be attributed to this event.
      await tx.query('SET CONSTRAINTS ALL IMMEDIATE');
    }
  } catch (error) {
    if (isTransient(definition, error)) throw error;
    await tx.query('ROLLBACK TO SAVEPOINT redrive');
    const problem = messageOf(error);
    await recordRedrive(tx, deadLetter.id, { status: 'parked', error: problem });
    return { outcome: 'failed', problem };
  }
  await recordRedrive(tx, deadLetter.id, { status: 'redriven' });
  return { outcome: 'redriven' };
}

/**
 * False if the event was handled since it was parked. The transaction that parks an event after the handler failed also
 * records it as handled; a record from another moment shows that the event was read again and handled. For a message that
 * was unreadable when it was parked, another copy may have been handled since.
 */
async function isUnhandled(
  tx: Transaction,
  definition: ConsumerDefinition,
  { reason, ownsClaim }: StoredDeadLetter,
  event: DeliveredEvent,
): Promise<boolean> {
  const wasClaimed = reason === 'handler_failed' || reason === 'waits_for_earlier';
  if (wasClaimed && ownsClaim === true) return true;
  return (await claimNewEvents(tx, definition.name, [event.envelope.id])).size > 0;
}
