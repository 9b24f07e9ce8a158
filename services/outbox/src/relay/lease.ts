import type { Pool } from '@gavel/postgres/pool';
import { type BackOff, type Running, startLoop } from '@gavel/resilience';
import type { QueryConfig, QueryResultRow } from 'pg';

// A lock says that a session lives. It does not say that the process behind it does anything: the kernel answers for a process
// that is stopped or stuck. So the holder of a lock also renews a lease, and who waits for the lock watches that.

/** An advisory lock of the outbox, and the name of the lease that its holder renews. */
export interface Lease {
  readonly name: string;
  /** Advisory locks are per database, and a database has one outbox. */
  readonly lock: number;
}

/** What the active relay holds. */
export const RELAY_LEASE: Lease = { name: 'relay', lock: 7_203_145_100 };

/** What a refill holds from its start to its end. */
export const REFILL_LEASE: Lease = { name: 'refill', lock: 7_203_145_101 };

const RENEW_MS = 300;
const BACK_OFF: BackOff = { firstMs: 300, maxMs: 1_000 };
// Looks are counted instead of time. While the database or the whole machine stands still, nobody looks, so nobody is ended
// for it. With looks 300 ms apart, a frozen holder is found within 2 seconds.
const SILENT_LOOKS = 5;

// The commit does not wait for the disk: a lease need not survive a crash of the database, which ends all sessions.
const RENEW = `
INSERT INTO outbox_leases (name, backend, renewed_at)
SELECT $1, $2, clock_timestamp() FROM (SELECT set_config('synchronous_commit', 'off', true)) AS of_this_commit
ON CONFLICT (name) DO UPDATE SET backend = excluded.backend, renewed_at = excluded.renewed_at`;

/** The condition that a row `l` of pg_locks is a lock that somebody holds. pg_locks shows a bigint key as its high and low half. */
export const HELD_LOCK = (lock: string): string => `
  l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.classid::bigint = ${lock}::bigint >> 32 AND l.objid::bigint = ${lock}::bigint & 4294967295`;

const HOLDER = `
FROM pg_locks l LEFT JOIN outbox_leases e ON e.name = $2 WHERE ${HELD_LOCK('$1')}`;
const LOOK = `SELECT l.pid, e.backend, e.renewed_at::text AS "renewedAt" ${HOLDER}`;
const END = `SELECT pg_terminate_backend(l.pid) ${HOLDER} AND l.pid = $3`;

/**
 * Renews a lease until it is stopped. Uses connections of the pool and not the session that holds the lock, which may be busy
 * with a long statement.
 * @param backend the process id of the session that holds the lock
 */
export function startRenewing(pool: Pool, { name }: Lease, backend: number): Running {
  return startLoop(
    `lease-${name}`,
    async () => {
      await pool.query(RENEW, [name, backend]);
      return RENEW_MS;
    },
    BACK_OFF,
  );
}

/** The session that waits. */
export interface WaitingSession {
  query<R extends QueryResultRow>(query: QueryConfig): Promise<R[]>;
}

/** Watches the holder of a lock. One watch per wait. */
export interface HolderWatch {
  /**
   * Looks once; call it every 300 ms. Ends the session of a holder that did not renew its lease between six looks in a row, and
   * returns its backend then.
   */
  endIfSilent(): Promise<number | undefined>;
  /** Whether a session held the lock at the last look. */
  readonly held: boolean;
}

export function watchHolder(session: WaitingSession, lease: Lease): HolderWatch {
  let seen = '';
  let unchanged = 0;
  let held = false;
  return {
    async endIfSilent() {
      const [holder] = await session.query<{ pid: number; backend: number | null; renewedAt: string | null }>(
        { text: LOOK, values: [lease.lock, lease.name] },
      );
      held = holder !== undefined;
      const now = JSON.stringify(holder ?? null);
      unchanged = held && now === seen ? unchanged + 1 : 0;
      seen = now;
      if (!holder || unchanged < SILENT_LOOKS) return undefined;
      unchanged = 0;
      // Only this session: meanwhile another process may have ended it and taken the lock.
      await session.query({ text: END, values: [lease.lock, lease.name, holder.pid] });
      return holder.pid;
    },
    get held() {
      return held;
    },
  };
}
