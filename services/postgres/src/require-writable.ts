import type { Pool } from './pool.ts';

/** The database takes no writes at the moment. */
export class ReadOnlyDatabaseError extends Error {
  override readonly name = 'ReadOnlyDatabaseError';
}

// A session keeps the default with which it was opened. So a setting of the database or the role is looked up as well: it is in
// force for every session that the pool opens from now on. The most specific one counts, as in the server.
const STATE = `
SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only')::boolean AS session,
  coalesce((
    SELECT split_part(setting, '=', 2)::boolean
    FROM pg_db_role_setting CROSS JOIN unnest(setconfig) AS setting
    WHERE setting ILIKE 'default_transaction_read_only=%'
      AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
      AND setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))
    ORDER BY setrole <> 0 DESC, setdatabase <> 0 DESC LIMIT 1), false) AS later`;

/**
 * Throws a ReadOnlyDatabaseError when the database takes no writes: it is a standby, or transactions are read-only by default.
 * The connection that says so is closed, so that the pool does not keep connections to a server that is no longer the primary.
 */
export async function requireWritable(pool: Pool): Promise<void> {
  const client = await pool.connect();
  // A connection that is lost meanwhile emits 'error' on the client. The query reports the loss.
  const onError = (): void => undefined;
  client.on('error', onError);
  let problem: Error | undefined;
  try {
    const { rows } = await client.query<{ standby: boolean; session: boolean; later: boolean }>(STATE);
    const state = rows[0];
    if (state?.standby) problem = new ReadOnlyDatabaseError('the database is a standby and takes no writes');
    else if (state?.session || state?.later) {
      problem = new ReadOnlyDatabaseError('transactions of the database are read-only by default');
    }
  } catch (error) {
    problem = error instanceof Error ? error : new Error('the database gave no answer', { cause: error });
  } finally {
    client.off('error', onError);
    client.release(problem);
  }
  if (problem) throw problem;
}
