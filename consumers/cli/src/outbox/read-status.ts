import { type Backlog, readBacklog } from '@gavel/outbox/backlog';
import { RELAY_LEASE } from '@gavel/outbox/lease';
import { readSetAside, type SetAsideEvent } from '@gavel/outbox/read-set-aside';
import type { Pool } from '@gavel/postgres/pool';
import type { Session } from '../connections/session.ts';
import { type Outbox, outboxes } from './outboxes.ts';

/** The relay that publishes an outbox, and the newest position. */
interface Leader {
  /** Whether a session holds the outbox now. */
  readonly held: boolean;
  /** The last relay that held it. */
  readonly holder: string | null;
  readonly since: Date | null;
  /** The last position given to an event; 0 if there is none. */
  readonly position: number;
}

/** The state of one outbox. */
export interface OutboxStatus extends Leader {
  readonly outbox: Outbox['name'];
  readonly stream: Outbox['stream'];
  /** Committed events that are not known to be published. */
  readonly depth: number;
  readonly oldestSeconds: number;
  /** All events up to this position are confirmed by stream and exchange. */
  readonly watermark: number;
  /** Events that the stream has lost and that no refill has brought back. */
  readonly lost: Backlog['lost'];
  /** The newest hundred that nobody has dismissed. */
  readonly setAside: readonly SetAsideEvent[];
}

const SHOWN = 100;

/** Reads the state of every outbox from its database. */
export async function readOutboxes(session: Session): Promise<OutboxStatus[]> {
  const statuses: OutboxStatus[] = [];
  for (const { name, stream, database } of outboxes) {
    const pool = session.pool(database);
    const { events, oldestSeconds, publishedPosition, lost } = await readBacklog(pool);
    statuses.push({
      outbox: name,
      stream,
      depth: events,
      oldestSeconds,
      watermark: publishedPosition,
      ...(await readLeader(pool)),
      lost,
      setAside: await readSetAside(pool, { limit: SHOWN }),
    });
  }
  return statuses;
}

// pg_locks shows a bigint key as its high and low half.
const LEADER = `
SELECT holder, since,
       coalesce((SELECT last_position FROM outbox_claims ORDER BY last_position DESC LIMIT 1), 0)::float8 AS position,
       EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND classid::bigint = $1::bigint >> 32 AND objid::bigint = $1::bigint & 4294967295) AS held
FROM outbox_relay`;

async function readLeader(pool: Pool): Promise<Leader> {
  const { rows } = await pool.query<Leader>(LEADER, [RELAY_LEASE.lock]);
  return rows[0] ?? { held: false, holder: null, since: null, position: 0 };
}
