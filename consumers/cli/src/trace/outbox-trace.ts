import type { Pool } from '@gavel/postgres/pool';

/** What the outbox knows of one event. */
export interface OutboxTrace {
  readonly outboxId: number;
  readonly type: string;
  readonly subject: string;
  readonly aggregateId: string;
  readonly sequence: string;
  readonly traceparent: string | null;
  /** When it became a fact, and when its row was written. */
  readonly time: Date;
  readonly appendedAt: Date;
  /** Its place in the publish order and when it got it; null while no relay has claimed it. */
  readonly position: number | null;
  readonly claimedAt: Date | null;
  readonly watermark: number;
  /** Why no broker takes it, if none does. */
  readonly setAside: string | null;
}

// No index holds event ids: this reads the table, as far as it is kept, which is what an operator's question may cost.
// Claims of a row have a high_id at or above its id, so the claim is found through their key.
const TRACE = `
SELECT o.id::float8 AS "outboxId", o.type, o.subject, o.aggregate_id AS "aggregateId", o.sequence::text AS sequence,
       o.traceparent, o.time, o.created_at AS "appendedAt",
       (c.first_position + array_position(c.ids, o.id) - 1)::float8 AS position, c.claimed_at AS "claimedAt",
       relay.published_position::float8 AS watermark, aside.problem AS "setAside"
FROM outbox o
CROSS JOIN outbox_relay relay
LEFT JOIN LATERAL (
  SELECT * FROM outbox_claims WHERE high_id >= o.id AND o.id = ANY (ids) ORDER BY high_id LIMIT 1) c ON true
LEFT JOIN outbox_set_aside aside ON aside.event_id = o.event_id
WHERE o.event_id = $1
LIMIT 1`;

/** Undefined when the outbox has no such event (any more). */
export async function readOutboxTrace(pool: Pool, eventId: string): Promise<OutboxTrace | undefined> {
  const { rows } = await pool.query<OutboxTrace>(TRACE, [eventId]);
  return rows[0];
}
