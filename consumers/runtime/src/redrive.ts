import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import { type Decision, recordDecision } from './adapters/postgres/dead-letter-decisions.ts';
import { claimNewEvents } from './adapters/postgres/processed-events.ts';
import {
  lockDeadLetter,
  recordEdit,
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

/** The result of an edit. Like that of a redrive, but `already-handled`: another copy was handled meanwhile, and the edit was not applied. */
export type EditOutcome = RedriveOutcome | { readonly outcome: 'already-handled' };

/**
 * Passes one parked event to its consumer's handler again and records the result in the same transaction, with who decided
 * it. Meanwhile the partition's checkpoint is locked, so the running consumer can neither overtake the event nor park others
 * behind it. Throws transient errors: try again then.
 */
export async function redrive(
  pool: Pool,
  definition: ConsumerDefinition,
  deadLetterId: bigint,
  decision: Decision,
): Promise<RedriveOutcome> {
  const outcome = await handleAgain(pool, definition, deadLetterId, decision);
  return outcome.outcome === 'already-handled' ? { outcome: 'redriven' } : outcome;
}

/**
 * Passes one parked event to its consumer's handler with another body. If the event is handled, the dead letter holds the new
 * body and the record of the decision keeps the original one. Otherwise the dead letter stays parked as it was. Headers, and so
 * the event's id and sequence, stay the same. The stream keeps the original too: a replay parks that again.
 *
 * @param body the event in Protobuf. It is checked by the rules of its type: `unreadable` if it breaks one.
 */
export async function editAndRedrive(
  pool: Pool,
  definition: ConsumerDefinition,
  deadLetterId: bigint,
  body: Uint8Array,
  decision: Decision,
): Promise<EditOutcome> {
  return handleAgain(pool, definition, deadLetterId, decision, body);
}

async function handleAgain(
  pool: Pool,
  definition: ConsumerDefinition,
  deadLetterId: bigint,
  decision: Decision,
  body?: Uint8Array,
): Promise<EditOutcome> {
  return transaction(pool, async (tx) => {
    const deadLetter = await lockDeadLetter(tx, definition.name, deadLetterId);
    if (deadLetter === undefined) return { outcome: 'not-parked' };
    if (deadLetter.earlier !== null && definition.onFailure.laterEvents === 'wait') {
      return { outcome: 'waits-for-earlier', earlier: deadLetter.earlier };
    }
    const outcome = await handleLocked(tx, definition, {
      ...deadLetter,
      ...(body && { body: Buffer.from(body) }),
    });
    if (outcome.outcome === 'redriven' || outcome.outcome === 'already-handled') {
      await recordRedrive(tx, deadLetterId, { status: 'redriven' });
    } else if (outcome.outcome === 'failed' && body === undefined) {
      await recordRedrive(tx, deadLetterId, { status: 'parked', error: outcome.problem });
    }
    const isEdited = body !== undefined && outcome.outcome === 'redriven';
    if (isEdited) await recordEdit(tx, deadLetterId, body);
    await recordDecision(tx, [deadLetterId], {
      ...decision,
      decision: body === undefined ? 'redrive' : 'edit-and-redrive',
      problem: 'problem' in outcome ? outcome.problem : undefined,
      originalBody: isEdited ? deadLetter.body : undefined,
    });
    return outcome;
  });
}

async function handleLocked(
  tx: Transaction,
  definition: ConsumerDefinition,
  deadLetter: StoredDeadLetter,
): Promise<EditOutcome> {
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
  let isNew = false;
  await tx.query('SAVEPOINT redrive');
  try {
    isNew = await isUnhandled(tx, definition, deadLetter, classified.event);
    if (isNew) {
      await definition.handle(tx, [classified.event]);
      // Deferred constraints are checked here, while a failure can still be attributed to this event.
      await tx.query('SET CONSTRAINTS ALL IMMEDIATE');
    }
  } catch (error) {
    if (isTransient(definition, error)) throw error;
    await tx.query('ROLLBACK TO SAVEPOINT redrive');
    return { outcome: 'failed', problem: messageOf(error) };
  }
  return { outcome: isNew ? 'redriven' : 'already-handled' };
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
