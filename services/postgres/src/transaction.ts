import type { PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { Pool } from './pool.ts';
import { classify, isReadOnly, sqlState } from './sqlstate.ts';

/** The text of a statement, its values, and the name under which it is prepared. */
export type Statement = QueryConfig;

/** One open transaction. Only valid inside the `work` function that receives it. */
export interface Transaction {
  /** The pool of the same database, for work after the commit. A query on it is not part of the transaction. */
  readonly pool: Pool;
  query<R extends QueryResultRow>(sql: string | QueryConfig, values?: unknown[]): Promise<QueryResult<R>>;
  /** Runs after a successful COMMIT, never after a ROLLBACK. Must not throw, and may be lost when the process ends. */
  afterCommit(effect: () => void): void;
  /**
   * Sends the last statements together with COMMIT, in one round trip, and resolves once they are committed. A statement that fails
   * aborts the transaction, so then nothing of it is stored; what must hold for the commit is therefore checked in SQL, by an error.
   */
  commitWith(statements: readonly Statement[]): Promise<void>;
}

interface TransactionOptions {
  /**
   * Sends BEGIN together with the first statement, in one round trip. This statement must only read or lock: if BEGIN failed, it
   * would run on its own.
   */
  readonly firstStatementReads?: boolean;
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
export async function transaction<T>(
  pool: Pool,
  work: (tx: Transaction) => Promise<T>,
  { firstStatementReads = false }: TransactionOptions = {},
): Promise<T> {
  const client = await pool.connect();
  // A connection that is lost between two queries emits 'error' on the client. The next query reports the loss.
  const onError = (): void => undefined;
  client.on('error', onError);
  const effects: (() => void)[] = [];
  let broken: Error | undefined;
  // On a lost connection ROLLBACK would only wait for another timeout. Closing the socket rolls back as well. A read-only
  // session stays read-only, for example because its server is no longer the primary, so it does not return to the pool either.
  const send = async <R extends QueryResultRow>(
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
  let state: 'new' | 'open' | 'committed' = 'new';
  const query: Transaction['query'] = async <R extends QueryResultRow>(
    sql: string | QueryConfig,
    values?: unknown[],
  ): Promise<QueryResult<R>> => {
    if (state === 'committed') throw new Error('a statement after the COMMIT of its transaction');
    if (state === 'open') return await send<R>(sql, values);
    state = 'open';
    const [begun, first] = await Promise.allSettled([send('BEGIN'), send<R>(sql, values)]);
    if (begun.status === 'rejected') throw begun.reason;
    if (first.status === 'rejected') throw first.reason;
    return first.value;
  };
  const commitWith: Transaction['commitWith'] = async (statements) => {
    if (state !== 'open')
      throw new Error('statements are committed once, after the first one of their transaction');
    state = 'committed';
    await commit(send, statements);
  };
  try {
    if (!firstStatementReads) {
      await send('BEGIN');
      state = 'open';
    }
    const result = await work({
      pool,
      query,
      afterCommit: (effect) => effects.push(effect),
      commitWith,
    });
    // Without any statement there is nothing to commit.
    if (state === 'open') await commit(send, []);
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

type Send = (sql: string | QueryConfig) => Promise<QueryResult>;

/** Sends the statements and COMMIT in one go. The transaction is aborted by a statement that fails; then COMMIT answers ROLLBACK. */
async function commit(send: Send, statements: readonly Statement[]): Promise<void> {
  const before = Promise.allSettled(statements.map((statement) => send(statement)));
  const last = Promise.allSettled([send('COMMIT')]);
  // A failure that the server reports for an earlier statement aborted the transaction. Every other lost connection may have lost
  // the answer to COMMIT, which is already on its way.
  const failed = (await before).find((each) => each.status === 'rejected');
  const [committed] = await last;
  if (failed && sqlState(failed.reason) !== undefined) throw asError(failed.reason);
  if (committed.status === 'rejected') {
    const failure = asError(committed.reason);
    if (classify(failure) === 'connection') unknownOutcomes.add(failure);
    throw failure;
  }
  if (failed) throw asError(failed.reason);
  if (committed.value.command !== 'COMMIT') {
    throw new Error('transaction was rolled back at commit: a statement in it had failed');
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
