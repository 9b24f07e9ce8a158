import type { Pool } from '@gavel/postgres/pool';

/** What one group has done with an event. */
export interface GroupTrace {
  readonly group: string;
  readonly outcome: 'applied' | 'parked' | 'redriven' | 'discarded' | 'not yet' | 'not subscribed';
  /** When that happened; null if it has not. */
  readonly at: Date | null;
  /** The dead letter's id, if the event was parked. The name is part of the JSON output. */
  readonly letter: bigint | null;
  readonly reason: string | null;
  readonly parkedAt: Date | null;
}

interface DeadLetterRow {
  readonly letter: bigint;
  readonly outcome: 'parked' | 'redriven' | 'discarded';
  readonly at: Date;
  readonly reason: string;
  readonly parkedAt: Date;
}

/** What a group that does not take events of this kind has done with one. */
export function notSubscribed(group: string): GroupTrace {
  return { group, outcome: 'not subscribed', at: null, letter: null, reason: null, parkedAt: null };
}

/** Reads dead letters first: a parked event may also be recorded as processed, so that its group does not apply it again. */
export async function readGroupTrace(pool: Pool, group: string, eventId: string): Promise<GroupTrace> {
  const { rows: deadLetters } = await pool.query<DeadLetterRow>(
    `SELECT id AS letter, status AS outcome, coalesce(settled_at, parked_at) AS at, reason, parked_at AS "parkedAt"
     FROM dead_letters WHERE consumer = $1 AND event_id = $2 ORDER BY id DESC LIMIT 1`,
    [group, eventId],
  );
  if (deadLetters[0] !== undefined) return { group, ...deadLetters[0] };
  const { rows } = await pool.query<{ at: Date }>(
    'SELECT processed_at AS at FROM processed_events WHERE consumer = $1 AND event_id = $2',
    [group, eventId],
  );
  const nothing = { letter: null, reason: null, parkedAt: null };
  return { group, outcome: rows[0] ? 'applied' : 'not yet', at: rows[0]?.at ?? null, ...nothing };
}
