import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { findIdRange } from './id-range.ts';

/** What the outbox knows of one event. */
export interface OutboxTrace {
  readonly outboxId: number;
  readonly type: string;
  readonly subject: string;
  readonly aggregateId: string;
  readonly sequence: string;
  readonly traceparent: string | null;
  /** When it became a fact. */
  readonly time: Date | null;
  /** When its row was written; null for one that was set aside and whose row is gone. */
  readonly appendedAt: Date | null;
  /** Its place in the publish order and when it got it; null while no relay has claimed it. */
  readonly position: number | null;
  readonly claimedAt: Date | null;
  /** When stream and exchange had confirmed it; null before, and when the relay of then wrote no times down. */
  readonly confirmedAt: Date | null;
  readonly watermark: number;
  /** Why no broker takes it, if none does. */
  readonly setAside: string | null;
  readonly setAsideAt: Date | null;
}

/** An outbox's answer. */
export interface OutboxAnswer {
  readonly row: OutboxTrace | undefined;
  /** When the first row that it still holds was appended; null for an empty one. */
  readonly oldest: Date | null;
}

// A row's claim has a high_id at or above its id, and so have the marks above that of the claim: both are found by their
// primary keys.
const TRACE = `
SELECT o.id::float8 AS "outboxId", o.type, o.subject, o.aggregate_id AS "aggregateId", o.sequence::text AS sequence,
       o.traceparent, o.time, o.created_at AS "appendedAt",
       c.position::float8 AS position, c.claimed_at AS "claimedAt", m.confirmed_at AS "confirmedAt",
       relay.published_position::float8 AS watermark, aside.problem AS "setAside", aside.set_aside_at AS "setAsideAt"
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
       relay.published_position::float8 AS watermark, problem AS "setAside", set_aside_at AS "setAsideAt"
FROM outbox_set_aside CROSS JOIN outbox_relay relay WHERE event_id = $1`;

// As the relay's own session has it: ranges of ids by the primary key, and no compiling of plans.
const SETTINGS = 'SET LOCAL jit = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off';

/** Clocks of services and database may differ by so much, and an append takes a moment. */
const AROUND_MS = 10_000;

/**
 * Looks among the rows that were appended when the event was made, and among those set aside. With `late` also among all
 * that were appended since: an event that was set aside and published again is one of the newest rows.
 */
export async function readOutboxTrace(
  pool: Pool,
  eventId: string,
  madeAt: Date,
  { late }: { readonly late: boolean },
): Promise<OutboxAnswer> {
  return transaction(pool, async (tx) => {
    await tx.query(SETTINGS);
    const from = new Date(madeAt.getTime() - AROUND_MS);
    const until = new Date(madeAt.getTime() + AROUND_MS);
    const range = await findIdRange(tx, late ? { from } : { from, until });
    const { low, high, oldest } = range ?? { low: 0, high: 0, oldest: null };
    const { rows } = await tx.query<OutboxTrace>(TRACE, [eventId, low, high]);
    if (rows[0] !== undefined) return { row: rows[0], oldest };
    const { rows: aside } = await tx.query<OutboxTrace>(ASIDE, [eventId]);
    return { row: aside[0], oldest };
  });
}
