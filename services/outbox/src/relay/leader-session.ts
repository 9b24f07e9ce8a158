import type { Pool } from '@gavel/postgres/pool';
import type { QueryConfig, QueryResultRow } from 'pg';

/** The one database session that holds an outbox. Claims go through it, so losing the session is losing the claims. */
export interface LeaderSession {
  query<R extends QueryResultRow>(query: QueryConfig): Promise<R[]>;
  /** Rejects when the session is lost; never resolves. */
  readonly lost: Promise<never>;
  /** Closes the session, which gives the lock back. */
  close(): void;
}

// Advisory locks are per database, and a database has one outbox.
const LOCK = 7_203_145_100;

// A statement here takes milliseconds. One that takes this long belongs to a connection whose peer is gone.
const QUERY_TIMEOUT_MS = 10_000;

// Sequential scans are switched off because the read's plan is cached while the table is empty, when scanning it is
// cheapest, and would be kept until the table has grown by hundreds of thousands of rows. A plan that has to use one
// all the same then looks immensely dear and is compiled by JIT for a second on each run: 1,100 events/s instead of
// several thousand, so JIT is off. Keepalives: the server must
// find out within about 10 seconds that a relay's machine is gone, or nobody could take over.
const SETTINGS = `
  SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off;
  SET tcp_keepalives_idle = 4; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3`;

// pg_locks shows a bigint key as its high and low half.
const END_HOLDER = `
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND pid <> $2
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid::bigint = $1::bigint >> 32 AND objid::bigint = $1::bigint & 4294967295`;
const END_HOLDER_MS = 50;

/** A session that may become the leader's. */
export interface LeaderCandidate extends LeaderSession {
  /** Takes the outbox unless another session holds it. */
  tryLock(): Promise<boolean>;
  /**
   * Takes the outbox from whoever holds it, by ending that session, before any standby can. For work that the relays
   * must keep away from; rejects after 10 seconds.
   */
  takeLock(): Promise<void>;
}

/** Opens a session of its own. Rejects when there is no database. */
export async function openCandidate(pool: Pool): Promise<LeaderCandidate> {
  const client = await pool.connect();
  let reject: (error: Error) => void = () => undefined;
  const lost = new Promise<never>((_, fail) => {
    reject = fail;
  });
  lost.catch(() => undefined);
  client.on('error', (error) => reject(new Error('database session lost', { cause: error })));
  client.on('end', () => reject(new Error('database session ended')));
  try {
    await client.query(SETTINGS);
  } catch (error) {
    client.release(true);
    throw error;
  }
  let closed = false;
  let previous: Promise<unknown> = Promise.resolve();
  // One after the other: a client may be given a query only when the last one is done.
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
    query,
    async tryLock() {
      const [row] = await query<{ taken: boolean }>({
        text: 'SELECT pg_try_advisory_lock($1) AS taken',
        values: [LOCK],
      });
      return row?.taken === true;
    },
    async takeLock() {
      const [own] = await query<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' });
      // A session that waits in line gets the lock before those that only try.
      const waiting = query({ text: 'SELECT pg_advisory_lock($1)', values: [LOCK] });
      const ending = setInterval(() => {
        pool.query(END_HOLDER, [LOCK, own?.pid]).catch(reject);
      }, END_HOLDER_MS);
      try {
        await waiting;
      } finally {
        clearInterval(ending);
      }
    },
    lost,
    close() {
      if (closed) return;
      closed = true;
      client.release(true);
    },
  };
}
