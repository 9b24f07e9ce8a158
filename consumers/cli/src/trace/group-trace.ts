import type { Pool } from '@gavel/postgres/pool';

/** What one group has done with an event. */
export interface GroupTrace {
  readonly group: string;
  readonly outcome: 'applied' | 'parked' | 'redriven' | 'discarded' | 'not yet';
  readonly at: Date | null;
  /** Of a parked one. */
  readonly letter: bigint | null;
}

/** A parked event counts as processed too (its group does not take it again), so its letter speaks first. */
export async function readGroupTrace(pool: Pool, group: string, eventId: string): Promise<GroupTrace> {
  const { rows: letters } = await pool.query<{
    id: bigint;
    status: 'parked' | 'redriven' | 'discarded';
    at: Date;
  }>(
    `SELECT id, status, coalesce(settled_at, parked_at) AS at FROM dead_letters
     WHERE consumer = $1 AND event_id = $2 ORDER BY id DESC LIMIT 1`,
    [group, eventId],
  );
  const letter = letters[0];
  if (letter !== undefined) return { group, outcome: letter.status, at: letter.at, letter: letter.id };
  const { rows } = await pool.query<{ at: Date }>(
    'SELECT processed_at AS at FROM processed_events WHERE consumer = $1 AND event_id = $2',
    [group, eventId],
  );
  return { group, outcome: rows[0] ? 'applied' : 'not yet', at: rows[0]?.at ?? null, letter: null };
}
