import { createLogger } from '@gavel/observability/logger';
import pg from 'pg';

export type Pool = pg.Pool;

const log = createLogger('postgres');

// Money, versions and counts are int8. A JavaScript number would round them above 2^53.
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 && format !== 'binary'
      ? (text: string) => BigInt(text)
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

export interface PoolOptions {
  /** postgresql:// URL. */
  connectionString: string;
  /** Most connections; default: 10. */
  max?: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** How long a statement may wait for a lock before it fails with 55P03; default: as long as a statement may run. */
  lockTimeoutMs?: number;
  /**
   * How long to wait for an answer before the connection counts as lost; default: 35 s. It is longer than the server's own
   * limit of 30 s per statement: the server ends a slow statement, and this timeout ends a connection that is silent.
   */
  answerTimeoutMs?: number;
}

const STATEMENT_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;

/**
 * A connection pool whose int8 columns arrive as bigint. A lost connection leaves the pool and the next query opens a new
 * one, so no process has to restart after a database outage.
 */
export function createPool(options: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: options.max ?? 10,
    application_name: options.applicationName,
    connectionTimeoutMillis: 5_000,
    // A connection whose peer disappeared without a FIN must not hold a row lock or block a caller.
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // If the network drops all packets without a reset, TCP alone notices after about 15 minutes.
    query_timeout: options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
    ...(options.lockTimeoutMs !== undefined && { lock_timeout: options.lockTimeoutMs }),
    // A frozen process must not hold its row locks for longer.
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    // A statement is sent without waiting for the answers to those before it. Callers who await each answer notice nothing.
    pipeline: true,
    types,
  });
  // Without this listener, the loss of an idle connection ends the process.
  pool.on('error', (error) => log.warn({ err: error }, 'idle database connection lost'));
  return pool;
}
