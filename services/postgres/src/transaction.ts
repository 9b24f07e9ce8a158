import type { PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { Pool } from './pool.ts';
import { classify, isReadOnly } from './sqlstate.ts';

/** One open transaction. Only valid inside the `work` function that receives it. */
export interface Transaction {
  /** The pool of the same database, for work after the commit. A query on it is not part of the transaction. */
  readonly pool: Pool;
  query<R extends QueryResultRow>(sql: string | QueryConfig, values?: unknown[]): Promise<QueryResult<R>>;
  /** Runs after a successful COMMIT, never after a ROLLBACK. Must not throw, and may be lost when the process ends. */
  afterCommit(effect: () => void): void;
}

const unknownOutcomes = new WeakSet<object>();

/**
 * True when nobody knows whether the work behind this error took effect: the answer to its COMMIT was lost. After every other error
 * of a transaction nothing was changed.
 */
export function isOutcomeUnknown(error: unknown): boolean {
  return typeof error === 'object' && error !== null && unknownOutcomes.has(error);
}

/** Reads something for the answer to a change that is committed: if the read fails, the caller must not hear that nothing was changed. */
export async function afterChange<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (typeof error === 'object' && error !== null) unknownOutcomes.add(error);
    throw error;
  }
}

/**
 * Runs `work` in one READ COMMITTED transaction: COMMIT when it resolves, ROLLBACK when it throws, and then throws the same
 * error. When the connection breaks during COMMIT, the caller cannot know whether it took effect, as with any database: then
 * `isOutcomeUnknown(error)`. Commands that may be retried therefore carry an idempotency key.
 */
export async function transaction<T>(pool: Pool, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // A connection that is lost between two queries emits 'error' on the client. The next query reports the loss.
  const onError = (): void => undefined;
  client.on('error', onError);
  const effects: (() => void)[] = [];
  let broken: Error | undefined;
  // On a lost connection ROLLBACK would only wait for another timeout. Closing the socket rolls back as well. A read-only
  // session stays read-only, for example because its server is no longer the primary, so it does not return to the pool either.
  const query = async <R extends QueryResultRow>(
    sql: string | QueryConfig,
    values?: unknown[],
  ): Promise<QueryResult<R>> => {
    try {
      return await client.query<R>(sql, values);
    } catch (error) {
      if (classify(error) === 'connection' || isReadOnly(error)) broken ??= asError(error);
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
    // If `work` ignored the error of a statement, the transaction is aborted and COMMIT answers ROLLBACK without an error.
    const { command } = await commit(query);
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
    // A client that could not roll back is closed instead of returned to the pool.
    client.release(broken);
  }
}

async function commit(query: (sql: string) => Promise<QueryResult>): Promise<QueryResult> {
  try {
    return await query('COMMIT');
  } catch (error) {
    const failure = asError(error);
    if (classify(failure) === 'connection') unknownOutcomes.add(failure);
    throw failure;
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
