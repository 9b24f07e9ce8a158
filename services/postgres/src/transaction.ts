import type { PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { Pool } from './pool.ts';

/** One open transaction. Only valid inside the function that it was handed to. */
export interface Transaction {
  /** Where it came from, for work after the commit; a query on it is not part of the transaction. */
  readonly pool: Pool;
  query<R extends QueryResultRow>(sql: string | QueryConfig, values?: unknown[]): Promise<QueryResult<R>>;
  /** Runs after COMMIT has succeeded, never after a ROLLBACK. Must not throw; its work is a nudge, not a promise. */
  afterCommit(effect: () => void): void;
}

/**
 * Runs `work` in one READ COMMITTED transaction: COMMIT when it resolves, ROLLBACK when it throws, and then the same
 * error again. When COMMIT itself fails the outcome is unknown to the caller, as with any database: writers that may
 * be retried carry an idempotency key.
 */
export async function transaction<T>(pool: Pool, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // A connection that dies between two queries emits 'error' on the client; the next query reports it.
  const onError = (): void => undefined;
  client.on('error', onError);
  const effects: (() => void)[] = [];
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work({
      pool,
      query: (sql, values) => client.query(sql, values),
      afterCommit: (effect) => effects.push(effect),
    });
    await commit(client);
    for (const effect of effects) effect();
    return result;
  } catch (error) {
    broken = await rollback(client);
    throw error;
  } finally {
    client.off('error', onError);
    // A client that could not even roll back is closed instead of going back to the pool.
    client.release(broken);
  }
}

// COMMIT of a transaction that a swallowed statement error has already aborted answers ROLLBACK without an error.
async function commit(client: PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT')
    throw new Error('transaction was rolled back at commit: a statement in it had failed');
}

async function rollback(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('ROLLBACK');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error('rollback failed', { cause: error });
  }
}
