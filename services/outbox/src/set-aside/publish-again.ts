import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import { findEvent } from '@gavel/proto/registry';
import { wakeFor } from '../append/append.ts';
import { unknownType } from '../relay/publish/to-message.ts';

/** Who publishes events again, and why. */
export interface PublishAgainDecision {
  readonly by: string;
  readonly reason: string | null;
}

/**
 * What became of one event:
 * - `published-again`: it is the newest row of the outbox;
 * - `incomplete`: a version before migration 0002 set it aside without its stream and time, so it cannot be published;
 * - `dismissed`: somebody has dismissed it;
 * - `not-set-aside`: no event with this id is set aside.
 */
export interface PublishAgainResult {
  readonly eventId: string;
  readonly outcome: 'published-again' | 'incomplete' | 'dismissed' | 'not-set-aside';
}

interface SetAsideRow {
  readonly position: bigint;
  readonly id: bigint;
  readonly eventId: string;
  readonly isComplete: boolean;
  readonly isDismissed: boolean;
}

// FOR UPDATE also gives this transaction its id before any outbox id is drawn; the reader depends on that order.
const LOCK = `
SELECT position, outbox_id AS id, event_id AS "eventId", stream IS NOT NULL AND time IS NOT NULL AS "isComplete",
       dismissed_at IS NOT NULL AS "isDismissed"
FROM outbox_set_aside WHERE event_id = ANY ($1::uuid[]) ORDER BY position FOR UPDATE`;

// In the order of the aggregates' sequences.
const COPY = `
INSERT INTO outbox (event_id, type, subject, stream, aggregate_id, sequence, time, traceparent, tracestate, body)
SELECT event_id, type, subject, stream, aggregate_id, sequence, time, traceparent, tracestate, body
FROM outbox_set_aside WHERE position = ANY ($1::bigint[]) ORDER BY aggregate_id, sequence`;

const RECORD = `
INSERT INTO outbox_published_again (position, event_id, type, problem, set_aside_at, published_again_by, reason)
SELECT position, event_id, type, problem, set_aside_at, $2, $3
FROM outbox_set_aside WHERE position = ANY ($1::bigint[])`;

/**
 * Publishes events that were set aside: each leaves `outbox_set_aside` and becomes the newest row of the outbox, with the
 * same event id, time and sequence. `outbox_published_again` records who decided that, when and why. An event that still
 * cannot be published is set aside again. The relay may run meanwhile.
 *
 * The order per aggregate does not hold for these events, because later ones were published before. Consumers receive them
 * late, with a sequence below the one that they have seen.
 *
 * @param eventIds UUIDs
 * @returns one result per id, in the order of the ids
 */
export async function publishAgain(
  pool: Pool,
  eventIds: readonly string[],
  decision: PublishAgainDecision,
): Promise<PublishAgainResult[]> {
  const ids = [...new Set(eventIds)];
  return await transaction(pool, async (tx) => {
    const { rows } = await tx.query<SetAsideRow>(LOCK, [ids]);
    const wanted = rows.filter(({ isComplete, isDismissed }) => isComplete && !isDismissed);
    if (wanted.length > 0) {
      await moveToOutbox(tx, wanted, decision);
      tx.afterCommit(() => wakeFor(pool).nudge());
    }
    return ids.map((eventId) => ({ eventId, outcome: outcomeOf(rows, eventId) }));
  });
}

async function moveToOutbox(
  tx: Transaction,
  rows: readonly SetAsideRow[],
  { by, reason }: PublishAgainDecision,
): Promise<void> {
  const positions = rows.map(({ position }) => position);
  // The old row is deleted first: (aggregate, sequence) is unique, and a takeover must not find it at its old position.
  await tx.query('DELETE FROM outbox WHERE id = ANY ($1::bigint[])', [rows.map(({ id }) => id)]);
  await tx.query(COPY, [positions]);
  await tx.query(RECORD, [positions, by, reason]);
  await tx.query('DELETE FROM outbox_set_aside WHERE position = ANY ($1::bigint[])', [positions]);
}

function outcomeOf(rows: readonly SetAsideRow[], eventId: string): PublishAgainResult['outcome'] {
  const found = rows.filter((row) => row.eventId === eventId.toLowerCase());
  if (found.length === 0) return 'not-set-aside';
  const open = found.filter(({ isDismissed }) => !isDismissed);
  if (open.length === 0) return 'dismissed';
  return open.some(({ isComplete }) => isComplete) ? 'published-again' : 'incomplete';
}

/**
 * Publishes the events that an older relay set aside because it did not know their type, if this relay knows it. That
 * happens while a new version is rolled out and an older relay still holds the outbox. Events that were dismissed stay. Returns
 * the ids.
 *
 * @param by the name of the relay, for the record
 */
export async function publishTypesKnownByNow(pool: Pool, by: string): Promise<string[]> {
  const { rows } = await pool.query<{ eventId: string; type: string; problem: string }>(
    `SELECT event_id AS "eventId", type, problem FROM outbox_set_aside WHERE stream IS NOT NULL AND dismissed_at IS NULL
     ORDER BY position DESC LIMIT 1000`,
  );
  const known = rows.filter(({ type, problem }) => problem === unknownType(type) && findEvent(type));
  if (known.length === 0) return [];
  const results = await publishAgain(
    pool,
    known.map(({ eventId }) => eventId),
    { by, reason: 'this relay knows the type' },
  );
  return results.filter(({ outcome }) => outcome === 'published-again').map(({ eventId }) => eventId);
}
