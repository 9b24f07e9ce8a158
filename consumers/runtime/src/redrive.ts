import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import { lockLetter, type StoredLetter, settleLetter } from './adapters/postgres/parked-letters.ts';
import { claimNewEvents } from './adapters/postgres/processed-events.ts';
import { classifyDelivery, type DeliveredEvent } from './application/classify-delivery.ts';
import { isCuredByWaiting } from './application/handle-events.ts';
import type { ConsumerDefinition } from './define-consumer.ts';

/** What became of handing a parked event to its consumer once more. */
export type RedriveOutcome =
  | { readonly outcome: 'redriven' }
  /** No such letter of this consumer, or one that is not parked any more. */
  | { readonly outcome: 'not-parked' }
  /** An earlier event of the same aggregate is parked; that one comes first. */
  | { readonly outcome: 'waits-for-earlier'; readonly earlier: bigint }
  /** Still no event that this consumer could handle. */
  | { readonly outcome: 'unreadable'; readonly problem: string }
  /** The handler failed again; the letter stays parked with the new error. */
  | { readonly outcome: 'failed'; readonly problem: string };

/**
 * Hands one parked event to its consumer's handler again, and settles its letter in the same transaction. The
 * partition's checkpoint is locked meanwhile, so the running consumer neither overtakes it nor parks behind it.
 * Throws transient errors; try again then.
 */
export async function redrive(
  pool: Pool,
  definition: ConsumerDefinition,
  letterId: bigint,
): Promise<RedriveOutcome> {
  return transaction(pool, async (tx) => {
    const letter = await lockLetter(tx, definition.name, letterId);
    if (letter === undefined) return { outcome: 'not-parked' };
    if (letter.earlier !== null && definition.onFailure.laterEvents === 'wait') {
      return { outcome: 'waits-for-earlier', earlier: letter.earlier };
    }
    return redriveLocked(tx, definition, letter);
  });
}

async function redriveLocked(
  tx: Transaction,
  definition: ConsumerDefinition,
  letter: StoredLetter,
): Promise<RedriveOutcome> {
  const classified = classifyDelivery(definition, {
    offset: letter.streamOffset,
    storedAt: 0,
    content: { ok: true, headers: letter.headers, body: letter.body },
  });
  if (classified.kind !== 'handle') {
    const problem =
      classified.kind === 'park' ? classified.deadLetter.error : 'not an event that this consumer takes';
    return { outcome: 'unreadable', problem };
  }
  await tx.query('SAVEPOINT redrive');
  try {
    if (await isDue(tx, definition, letter, classified.event)) {
      await definition.handle(tx, [classified.event]);
      // Deferred constraints are checked here, while their failure is still this event's.
      await tx.query('SET CONSTRAINTS ALL IMMEDIATE');
    }
  } catch (error) {
    if (isCuredByWaiting(definition, error)) throw error;
    await tx.query('ROLLBACK TO SAVEPOINT redrive');
    const problem = error instanceof Error ? error.message : String(error);
    await settleLetter(tx, letter.id, { status: 'parked', error: problem });
    return { outcome: 'failed', problem };
  }
  await settleLetter(tx, letter.id, { status: 'redriven' });
  return { outcome: 'redriven' };
}

// Events the handler was tried on were claimed by the transaction that parked them; a claim from another moment means
// that the event was read again and handled. Of the unreadable ones another copy may have been handled since.
async function isDue(
  tx: Transaction,
  definition: ConsumerDefinition,
  letter: StoredLetter,
  event: DeliveredEvent,
): Promise<boolean> {
  const wasClaimed = letter.reason === 'handler_failed' || letter.reason === 'waits_for_earlier';
  if (wasClaimed && letter.ownsClaim === true) return true;
  return (await claimNewEvents(tx, definition.name, [event.envelope.id])).size > 0;
}
