import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { findIdRange } from './id-range.ts';

/** What the outbox knows about one event. */
export interface OutboxTrace {
  readonly outboxId: number;
  readonly type: string;
  readonly subject: string;
  readonly aggregateId: string;
  readonly sequence: string;
  readonly traceparent: string | null;
  /** When the event happened. */
  readonly time: Date | null;
  /** When its row was written; null if the event was set aside and the row is gone. */
  readonly appendedAt: Date | null;
  /** Its position in the order of publication, and when it got it; null until a relay has claimed it. */
  readonly position: number | null;
  readonly claimedAt: Date | null;
  /** When stream and exchange had confirmed it; null before, and for events of an older relay, which recorded no times. */
  readonly confirmedAt: Date | null;
  readonly watermark: number;
  /** Why the broker cannot take it, if it was set aside. */
  readonly setAside: string | null;
  readonly setAsideAt: Date | null;
  /** When it was dismissed after that, by whom, and why. */
  readonly dismissedAt: Date | null;
  readonly dismissedBy: string | null;
  readonly dismissedReason: string | null;
}

/** The answer of an outbox. */
export interface OutboxAnswer {
  readonly row: OutboxTrace | undefined;
  /** When its oldest row was appended; null for an empty outbox. */
  readonly oldest: Date | null;
}

// The claim of a row has a high_id at or above the row's id, and its record of confirmation (table outbox_marks) has a high_id at or
// above that of the claim. So both are found by their primary keys.
const TRACE = `
SELECT o.id::float8 AS "outboxId", o.type, o.subject, o.aggregate_id AS "aggregateId", o.sequence::text AS sequence,
       o.traceparent, o.time, o.created_at AS "appendedAt",
       c.position::float8 AS position, c.claimed_at AS "claimedAt", m.confirmed_at AS "confirmedAt",
       relay.published_position::float8 AS watermark, aside.problem AS "setAside", aside.set_aside_at AS "setAsideAt",
       aside.dismissed_at AS "dismissedAt", aside.dismissed_by AS "dismissedBy", aside.dismissed_reason AS "dismissedReason"
FROM outbox o
CROSS JOIN outbox_relay relay
LEFT JOIN LATERAL (
  SELECT high_id, claimed_at, first_position + array_position(ids, o.id) - 1 AS position
  FROM outbox_claims WHERE high_id >= o.id AND o.id = ANY (ids) ORDER BY high_id LIMIT 1) c ON true
LEFT JOIN LATERAL (
  SELECT first_position, confirmed_at FROM outbox_marks
  WHERE high_id >= c.high_id AND last_position >= c.position ORDER BY high_id, last_position LIMIT 1
) m ON m.first_position <= c.position
LEFT JOIN outbox_set_aside aside ON aside.position = c.position
WHERE o.event_id = $1 AND o.id >= $2 AND o.id < $3
LIMIT 1`;

const ASIDE = `
SELECT outbox_id::float8 AS "outboxId", type, subject, aggregate_id AS "aggregateId", sequence::text AS sequence, traceparent,
       time, NULL AS "appendedAt", position::float8 AS position, NULL AS "claimedAt", NULL AS "confirmedAt",
       relay.published_position::float8 AS watermark, problem AS "setAside", set_aside_at AS "setAsideAt",
       dismissed_at AS "dismissedAt", dismissed_by AS "dismissedBy", dismissed_reason AS "dismissedReason"
FROM outbox_set_aside CROSS JOIN outbox_relay relay WHERE event_id = $1`;

// The same settings as in the relay's session: ranges of ids use the primary key, and JIT compilation is off.
const SETTINGS = 'SET LOCAL jit = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off';

/** The clocks of services and database may differ by this much, and an append takes a moment. */
const CLOCK_DIFFERENCE_MS = 10_000;

/**
 * Looks for an event among the rows that were appended when its id was created, and among those set aside. With `late` also among
 * all later rows: an event that was set aside and published again is one of the newest rows.
 */
export async function readOutboxTrace(
  pool: Pool,
  eventId: string,
  createdAt: Date,
  { late }: { readonly late: boolean },
): Promise<OutboxAnswer> {
  return transaction(pool, async (tx) => {
    await tx.query(SETTINGS);
    const from = new Date(createdAt.getTime() - CLOCK_DIFFERENCE_MS);
    const until = new Date(createdAt.getTime() + CLOCK_DIFFERENCE_MS);
    const range = await findIdRange(tx, late ? { from } : { from, until });
    const { low, high, oldest } = range ?? { low: 0, high: 0, oldest: null };
    const { rows } = await tx.query<OutboxTrace>(TRACE, [eventId, low, high]);
    if (rows[0] !== undefined) return { row: rows[0], oldest };
    const { rows: aside } = await tx.query<OutboxTrace>(ASIDE, [eventId]);
    return { row: aside[0], oldest };
  });
}
