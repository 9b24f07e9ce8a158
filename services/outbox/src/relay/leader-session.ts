import type { Pool } from '@gavel/postgres/pool';
import type { QueryConfig, QueryResultRow } from 'pg';
import { HELD_LOCK, type Lease, RELAY_LEASE } from './lease.ts';

/** The one database session that holds an outbox. Claims go through it, so a relay that loses the session cannot claim. */
export interface LeaderSession {
  /** The server's process id of this session. */
  readonly backend: number;
  query<R extends QueryResultRow>(query: QueryConfig): Promise<R[]>;
  /** Rejects when the session is lost; never resolves. */
  readonly lost: Promise<never>;
  /** Closes the session, which releases the lock. */
  close(): void;
}

// A statement here takes milliseconds. If one takes this long, the peer of the connection is gone.
const QUERY_TIMEOUT_MS = 10_000;

// The plan of the reader's query is cached while the table is empty, when a sequential scan is cheapest, and would be kept
// until the table has hundreds of thousands of rows; so sequential scans are off. A plan that has to use one anyway then
// looks extremely expensive, and JIT would compile it for a second on each run (1,100 events/s instead of several thousand);
// so JIT is off. Keepalives: the server must notice within about 10 seconds that a relay's machine is gone, otherwise no
// standby can take over.
const SETTINGS = `
  SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off;
  SET tcp_keepalives_idle = 4; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3`;

// Ends the session that holds the lock.
const END_HOLDER = `SELECT pg_terminate_backend(l.pid) FROM pg_locks l WHERE ${HELD_LOCK('$1')} AND l.pid <> $2`;
const END_HOLDER_MS = 50;

/** A session that can take the outbox. */
export interface LeaderCandidate extends LeaderSession {
  /** Takes the outbox, or what another lease stands for, unless another session holds it. */
  tryLock(lease?: Lease): Promise<boolean>;
  /**
   * Takes the outbox from the relay that holds it, by ending that relay's session, before any standby can. For work during
   * which no relay may run. Rejects after 10 seconds.
   */
  takeLock(): Promise<void>;
  /** Gives the outbox back, and keeps the session. */
  unlock(): Promise<void>;
}

/** Opens a session. Rejects while the database is unavailable. */
export async function openCandidate(pool: Pool): Promise<LeaderCandidate> {
  const client = await pool.connect();
  let reject: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_, fail) => {
    reject = fail;
  });
  lost.catch(() => undefined);
  client.on('error', (error) => reject(new Error('database session lost', { cause: error })));
  client.on('end', () => reject(new Error('database session ended')));
  let backend: number;
  try {
    await client.query(SETTINGS);
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    backend = rows[0]?.pid ?? 0;
  } catch (error) {
    client.release(true);
    throw error;
  }
  let closed = false;
  let previous: Promise<unknown> = Promise.resolve();
  // One query after the other, because a client takes only one at a time.
  const query = <R extends QueryResultRow>(config: QueryConfig): Promise<R[]> => {
    const run = async (): Promise<R[]> => {
      if (closed) throw new Error('database session is closed');
      const { rows } = await client.query<R>({ ...config, query_timeout: QUERY_TIMEOUT_MS } as QueryConfig);
      return rows;
    };
    const result = previous.then(run, run);
    previous = result;
    return result;
  };
  return {
    backend,
    query,
    async tryLock(lease = RELAY_LEASE) {
      const [row] = await query<{ taken: boolean }>({
        text: 'SELECT pg_try_advisory_lock($1) AS taken',
        values: [lease.lock],
      });
      return row?.taken === true;
    },
    async takeLock() {
      // A session that waits for the lock gets it before sessions that only try.
      const waiting = query({ text: 'SELECT pg_advisory_lock($1)', values: [RELAY_LEASE.lock] });
      const ending = setInterval(() => {
        pool.query(END_HOLDER, [RELAY_LEASE.lock, backend]).catch(reject);
      }, END_HOLDER_MS);
      try {
        await waiting;
      } finally {
        clearInterval(ending);
      }
    },
    async unlock() {
      await query({ text: 'SELECT pg_advisory_unlock($1)', values: [RELAY_LEASE.lock] });
    },
    lost,
    close() {
      if (closed) return;
      closed = true;
      client.release(true);
    },
  };
}
