import type { Pool } from '@gavel/postgres/pool';

/** An event that no broker takes. */
export interface SetAside {
  readonly position: number;
  readonly eventId: string;
  readonly type: string;
  readonly subject: string;
  readonly problem: string;
  readonly at: Date;
}

/** The newest hundred. */
export async function readSetAside(pool: Pool): Promise<SetAside[]> {
  const { rows } = await pool.query<SetAside>(
    `SELECT position::float8 AS position, event_id AS "eventId", type, subject, problem, set_aside_at AS at
     FROM outbox_set_aside ORDER BY position DESC LIMIT 100`,
  );
  return rows;
}
