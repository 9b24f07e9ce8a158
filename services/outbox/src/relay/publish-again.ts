import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { findEvent } from '@gavel/proto/registry';
import { wakeFor } from '../wake.ts';
import { unknownType } from './to-message.ts';

// Locked in the order of the aggregates' sequences. Rows set aside by an earlier version have no stream and stay.
const COPY = `
INSERT INTO outbox (event_id, type, subject, stream, aggregate_id, sequence, time, traceparent, tracestate, body)
SELECT event_id, type, subject, stream, aggregate_id, sequence, time, traceparent, tracestate, body
FROM outbox_set_aside WHERE position = ANY ($1::bigint[]) ORDER BY aggregate_id, sequence`;

/**
 * Gives events that were set aside another try: each leaves `outbox_set_aside` and becomes the newest row of the outbox,
 * with its own event id, time and sequence. Returns the ids of those that were there; what still cannot be published is
 * set aside again. The relay may run meanwhile.
 *
 * Order per aggregate does not hold for them: events with higher sequences went out while they lay aside. Consumers get
 * them late, with a sequence lower than what they have seen.
 */
export async function publishAgain(pool: Pool, eventIds: readonly string[]): Promise<string[]> {
  return await transaction(pool, async (tx) => {
    const { rows } = await tx.query<{ position: bigint; id: bigint; eventId: string }>(
      `SELECT position, outbox_id AS id, event_id AS "eventId" FROM outbox_set_aside
       WHERE event_id = ANY ($1::uuid[]) AND stream IS NOT NULL ORDER BY position FOR UPDATE`,
      [eventIds],
    );
    if (rows.length === 0) return [];
    const positions = rows.map((row) => row.position);
    // The old row goes first: (aggregate, sequence) is unique, and a takeover must not find it at its old position.
    // FOR UPDATE has given this transaction its number before any new id is drawn, which the reader leans on.
    await tx.query('DELETE FROM outbox WHERE id = ANY ($1::bigint[])', [rows.map((row) => row.id)]);
    await tx.query(COPY, [positions]);
    await tx.query('DELETE FROM outbox_set_aside WHERE position = ANY ($1::bigint[])', [positions]);
    tx.afterCommit(() => wakeFor(pool).nudge());
    return rows.map((row) => row.eventId);
  });
}

/**
 * Publishes again what an older relay did not know the type of and this one does, as happens while a new version is
 * rolled out and the old relay still holds the outbox. Returns the ids.
 */
export async function publishTypesKnownByNow(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ eventId: string; type: string; problem: string }>(
    `SELECT event_id AS "eventId", type, problem FROM outbox_set_aside WHERE stream IS NOT NULL
     ORDER BY position DESC LIMIT 1000`,
  );
  const known = rows.filter(({ type, problem }) => problem === unknownType(type) && findEvent(type));
  return known.length > 0
    ? await publishAgain(
        pool,
        known.map(({ eventId }) => eventId),
      )
    : [];
}
