import type { PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { Pool } from './pool.ts';
import { classify } from './sqlstate.ts';

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
  // After a lost connection ROLLBACK could only wait for one more time-out; closing the socket rolls back as well.
  const query = async <R extends QueryResultRow>(
    sql: string | QueryConfig,
    values?: unknown[],
  ): Promise<QueryResult<R>> => {
    try {
      return await client.query<R>(sql, values);
    } catch (error) {
      if (classify(error) === 'connection') broken ??= asError(error);
      throw error;
    }
  };
  try {
    await query('BEGIN');
    const result = await work({
      pool,
      query,
      afterCommit: (effect) => effects.push(effect),
    });
    // COMMIT of a transaction that a swallowed statement error has already aborted answers ROLLBACK without an error.
    const { command } = await query('COMMIT');
    if (command !== 'COMMIT') {
      throw new Error('transaction was rolled back at commit: a statement in it had failed');
    }
    for (const effect of effects) effect();
    return result;
  } catch (error) {
    broken ??= await rollback(client);
    throw error;
  } finally {
    client.off('error', onError);
    // A client that could not even roll back is closed instead of going back to the pool.
    client.release(broken);
  }
}

async function rollback(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('ROLLBACK');
    return undefined;
  } catch (error) {
    return asError(error);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('database connection failed', { cause: error });
}
