import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { findEvent } from '@gavel/proto/registry';
import { wakeFor } from '../../append/append.ts';
import type { LeaderSession } from '../leader-session.ts';
import { unknownType } from './to-message.ts';

/**
 * Stores a claimed row that no broker will ever take, with the reason, where an operator finds it. Its position stays
 * unused. Later events are published, also those of the same aggregate: consumers see the gap in `sequence`. Stores it once
 * per position.
 */
export async function setAside(
  session: LeaderSession,
  position: number,
  id: number,
  problem: string,
): Promise<void> {
  await session.query({
    text: `INSERT INTO outbox_set_aside
             (position, outbox_id, event_id, type, subject, stream, aggregate_id, sequence, time, traceparent, tracestate,
              body, problem)
           SELECT $1, o.id, o.event_id, o.type, o.subject, o.stream, o.aggregate_id, o.sequence, o.time, o.traceparent,
                  o.tracestate, o.body, $3
           FROM outbox o WHERE o.id = $2
           ON CONFLICT (position) DO NOTHING`,
    values: [position, id, problem],
  });
}

// In the order of the aggregates' sequences.
const COPY = `
INSERT INTO outbox (event_id, type, subject, stream, aggregate_id, sequence, time, traceparent, tracestate, body)
SELECT event_id, type, subject, stream, aggregate_id, sequence, time, traceparent, tracestate, body
FROM outbox_set_aside WHERE position = ANY ($1::bigint[]) ORDER BY aggregate_id, sequence`;

/**
 * Publishes events that were set aside: each leaves `outbox_set_aside` and becomes the newest row of the outbox, with the
 * same event id, time and sequence. An event that still cannot be published is set aside again. The relay may run meanwhile.
 * Returns the ids of the events that were found. Rows of an earlier version, which have no stream, are skipped.
 *
 * The order per aggregate does not hold for these events, because later ones were published before. Consumers receive them
 * late, with a sequence below the one that they have seen.
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
    // The old row is deleted first: (aggregate, sequence) is unique, and a takeover must not find it at its old position.
    // FOR UPDATE has given this transaction its id before any outbox id is drawn; the reader depends on that order.
    await tx.query('DELETE FROM outbox WHERE id = ANY ($1::bigint[])', [rows.map((row) => row.id)]);
    await tx.query(COPY, [positions]);
    await tx.query('DELETE FROM outbox_set_aside WHERE position = ANY ($1::bigint[])', [positions]);
    tx.afterCommit(() => wakeFor(pool).nudge());
    return rows.map((row) => row.eventId);
  });
}

/**
 * Publishes the events that an older relay set aside because it did not know their type, if this relay knows it. That
 * happens while a new version is rolled out and an older relay still holds the outbox. Returns the ids.
 */
export async function publishTypesKnownByNow(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ eventId: string; type: string; problem: string }>(
    `SELECT event_id AS "eventId", type, problem FROM outbox_set_aside WHERE stream IS NOT NULL
     ORDER BY position DESC LIMIT 1000`,
  );
  const known = rows.filter(({ type, problem }) => problem === unknownType(type) && findEvent(type));
  if (known.length === 0) return [];
  return await publishAgain(
    pool,
    known.map(({ eventId }) => eventId),
  );
}
