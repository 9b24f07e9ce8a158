import type { Pool } from '@gavel/postgres/pool';

/** Who publishes an outbox, and how far positions go. */
export interface Leader {
  /** Whether a session holds the outbox now. */
  readonly held: boolean;
  /** The relay that took it last. */
  readonly holder: string | null;
  readonly since: Date | null;
  /** The last position given to an event; 0 for none. */
  readonly position: number;
}

// The relay's advisory lock, as pg_locks shows a bigint key: high and low half (services/outbox, leader-session.ts).
const LOCK = 7_203_145_100;
const LEADER = `
SELECT holder, since,
       coalesce((SELECT last_position FROM outbox_claims ORDER BY last_position DESC LIMIT 1), 0)::float8 AS position,
       EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND classid::bigint = $1::bigint >> 32 AND objid::bigint = $1::bigint & 4294967295) AS held
FROM outbox_relay`;

export async function readLeader(pool: Pool): Promise<Leader> {
  const { rows } = await pool.query<Leader>(LEADER, [LOCK]);
  return rows[0] ?? { held: false, holder: null, since: null, position: 0 };
}
