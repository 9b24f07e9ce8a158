import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { PoolClient, QueryResult, QueryResultRow } from 'pg';
import type { Pool } from './pool.ts';

/** Numbered plain-SQL files of one owner: `0001-name.sql`, `0002-…`. */
export interface MigrationSet {
  /** The name of the owner. Must never change: the files that ran are recorded under it. */
  name: string;
  directory: URL;
}

interface MigrationFile {
  set: string;
  file: string;
  sql: string;
  checksum: string;
}

// Any number, but the same one in every process that migrates a database.
const LOCK = 7_203_145_001;

// 24 days, the longest that a timer can wait. 0 would mean the pool's own limit.
const NO_ANSWER_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Brings a database up to date. Runs every file that has not run yet, in order, each in its own transaction together with
 * its record in `schema_migrations`. Several processes may call it at once: one works, the others wait and find nothing to do.
 * The pool's timeouts do not apply here, because building an index on a large table takes long, and so does waiting for it.
 * Throws when a file was edited after it had run. Returns the names of the files that ran.
 */
export async function migrate(pool: Pool, sets: readonly MigrationSet[]): Promise<string[]> {
  const files = await readSets(sets);
  const client = await pool.connect();
  // A connection that is lost between two queries emits 'error' on the client. The next query reports the loss.
  client.on('error', () => undefined);
  try {
    await run(client, 'SET statement_timeout = 0; SET lock_timeout = 0');
    await run(client, 'SELECT pg_advisory_lock($1)', [LOCK]);
    await run(
      client,
      `CREATE TABLE IF NOT EXISTS schema_migrations (
      set_name text NOT NULL, file text NOT NULL, checksum text NOT NULL,
      ran_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (set_name, file))`,
    );
    const ran: string[] = [];
    for (const file of files) if (await runOnce(client, file)) ran.push(`${file.set}/${file.file}`);
    return ran;
  } finally {
    // Closing the session releases the advisory lock in every case, and no later query inherits the session's settings.
    client.release(true);
  }
}

/** The files of some sets, in the order in which they run. Throws when a number is missing or repeated. */
export async function readSets(sets: readonly MigrationSet[]): Promise<MigrationFile[]> {
  const files: MigrationFile[] = [];
  for (const set of sets) {
    const names = (await readdir(set.directory)).filter((name) => name.endsWith('.sql')).sort();
    for (const [i, name] of names.entries()) {
      if (!name.startsWith(`${String(i + 1).padStart(4, '0')}-`)) {
        throw new Error(`migration set "${set.name}": ${name} is out of order, expected number ${i + 1}`);
      }
      const sql = await readFile(new URL(name, set.directory), 'utf8');
      files.push({
        set: set.name,
        file: name,
        sql,
        checksum: createHash('sha256').update(sql).digest('hex'),
      });
    }
  }
  return files;
}

async function runOnce(client: PoolClient, file: MigrationFile): Promise<boolean> {
  const { rows } = await run<{ checksum: string }>(
    client,
    'SELECT checksum FROM schema_migrations WHERE set_name = $1 AND file = $2',
    [file.set, file.file],
  );
  const known = rows[0]?.checksum;
  if (known === file.checksum) return false;
  if (known !== undefined) throw new Error(`migration ${file.set}/${file.file} was edited after it had run`);
  try {
    await run(client, 'BEGIN');
    await run(client, file.sql);
    await run(client, 'INSERT INTO schema_migrations (set_name, file, checksum) VALUES ($1, $2, $3)', [
      file.set,
      file.file,
      file.checksum,
    ]);
    await run(client, 'COMMIT');
  } catch (error) {
    // The caller closes the session, which rolls back.
    throw new Error(`migration ${file.set}/${file.file} failed`, { cause: error });
  }
  return true;
}

function run<R extends QueryResultRow>(
  client: PoolClient,
  text: string,
  values: unknown[] = [],
): Promise<QueryResult<R>> {
  // pg accepts a timeout with each query, but its types do not have it.
  const query = { text, values, query_timeout: NO_ANSWER_TIMEOUT_MS };
  return client.query<R>(query);
}
