import type { DescMessage } from '@bufbuild/protobuf';
import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import { lockLetter, type StoredLetter, settleLetter } from './adapters/postgres/parked-letters.ts';
import { claimNewEvents } from './adapters/postgres/processed-events.ts';
import { isCuredByWaiting } from './application/handle-events.ts';
import { type DeliveredEvent, judgeDelivery } from './application/judge-delivery.ts';
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
export async function redrive<S extends DescMessage>(
  pool: Pool,
  definition: ConsumerDefinition<S>,
  letterId: bigint,
): Promise<RedriveOutcome> {
  // As in startConsumer: judgeDelivery lets only events of the definition's own types through.
  const consumer = definition as unknown as ConsumerDefinition;
  return transaction(pool, async (tx) => {
    const letter = await lockLetter(tx, consumer.name, letterId);
    if (letter === undefined) return { outcome: 'not-parked' };
    if (letter.earlier !== null && consumer.onFailure.laterEvents === 'wait') {
      return { outcome: 'waits-for-earlier', earlier: letter.earlier };
    }
    return redriveLocked(tx, consumer, letter);
  });
}

async function redriveLocked(
  tx: Transaction,
  definition: ConsumerDefinition,
  letter: StoredLetter,
): Promise<RedriveOutcome> {
  const verdict = judgeDelivery(definition, {
    offset: letter.streamOffset,
    storedAt: 0,
    content: { ok: true, headers: letter.headers, body: letter.body },
  });
  if (verdict.kind !== 'handle') {
    const problem = verdict.kind === 'park' ? verdict.letter.error : 'not an event that this consumer takes';
    return { outcome: 'unreadable', problem };
  }
  await tx.query('SAVEPOINT redrive');
  try {
    if (await isDue(tx, definition, letter, verdict.event)) {
      await definition.handle(tx, [verdict.event]);
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
