import { createLogger } from '@gavel/observability/logger';
import pg from 'pg';

export type Pool = pg.Pool;

const log = createLogger('postgres');

// int8 is money, versions and counts here: a JavaScript number would round above 2^53.
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 && format !== 'binary'
      ? (text: string) => BigInt(text)
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

export interface PoolOptions {
  /** postgresql:// URL. */
  connectionString: string;
  /** Most connections held at once; 10 unless told. */
  max?: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** How long a statement may wait for a lock before it fails with 55P03; without it, as long as it may run. */
  lockTimeoutMs?: number;
  /**
   * How long an answer may take before the connection is given up as lost; 35 s unless told. It stays above the
   * server's own limit of 30 s a statement, so that a slow statement is ended by the server and a silent server by us.
   */
  answerTimeoutMs?: number;
}

const STATEMENT_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;

/**
 * A connection pool whose int8 columns arrive as bigint. A lost connection leaves the pool and the next query opens a
 * new one, so a database that went away and came back needs no restart here.
 */
export function createPool(options: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: options.max ?? 10,
    application_name: options.applicationName,
    connectionTimeoutMillis: 5_000,
    // A connection whose peer vanished without a FIN must not hold a row lock or a caller for ever.
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // A network that swallows packets without a reset: TCP alone would find out after about 15 minutes.
    query_timeout: options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
    ...(options.lockTimeoutMs !== undefined && { lock_timeout: options.lockTimeoutMs }),
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    types,
  });
  // Without a listener an idle connection's loss ends the process.
  pool.on('error', (error) => log.warn({ err: error }, 'idle database connection lost'));
  return pool;
}
