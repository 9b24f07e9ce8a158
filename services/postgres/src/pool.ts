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
}

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
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    types,
  });
  // Without a listener an idle connection's loss ends the process.
  pool.on('error', (error) => log.warn({ err: error }, 'idle database connection lost'));
  return pool;
}
