const UNIQUE_VIOLATION = '23505';
const READ_ONLY = '25006';

/**
 * What a database error means for a retry:
 *
 * - `connection`: the connection is lost, refused or silent. The same work may succeed on a new one. It is unknown whether a
 * running COMMIT took effect.
 * - `conflict`: conflicted with another transaction (serialization failure, deadlock, lock timeout) and rolled back. Retry
 * at once.
 * - `timeout`: the server ended work that took too long. The same work may take too long again, so make it smaller.
 * - `environment`: the database is not in the state that it must be in (read-only after a failover, a missing table or
 * permission, disk full, a server fault). Retries fail until the database is repaired, and then succeed.
 * - `data`: a value or row is refused (malformed, out of range, violates a constraint). A retry changes nothing.
 * - `unknown`: everything else: mistakes in our own SQL, and errors that do not come from the database.
 */
export type ErrorKind = 'connection' | 'conflict' | 'timeout' | 'environment' | 'data' | 'unknown';

// Codes and classes of https://www.postgresql.org/docs/current/errcodes-appendix.html; the longest matching prefix decides.
const KINDS: Readonly<Record<string, ErrorKind>> = {
  '08': 'connection',
  '40003': 'connection', // statement completion unknown
  '53300': 'connection', // too many connections
  '57P': 'connection', // shutdown, start-up, idle session
  '25P03': 'connection', // idle in transaction for too long
  '40001': 'conflict',
  '40P01': 'conflict',
  '55P03': 'conflict', // lock not available
  '57014': 'timeout', // statement timeout, or cancelled
  '25P04': 'timeout', // transaction timeout
  '25': 'environment', // 25006: read-only, as after a failover
  '25001': 'unknown', // BEGIN or COMMIT at the wrong place: our own mistake
  '25P01': 'unknown',
  '25P02': 'unknown', // a statement after a failed one
  '0A000': 'environment', // "cached plan must not change result type": a migration changed a table that a prepared statement uses
  '28': 'environment', // role or password refused
  '3D': 'environment', // no such database
  '3F': 'environment', // no such schema
  '42501': 'environment', // insufficient privilege
  '42P01': 'environment', // no such table
  '42703': 'environment', // no such column
  '42883': 'environment', // no such function
  '53': 'environment', // disk full, out of memory
  '55000': 'environment', // object not in prerequisite state
  '57P04': 'environment', // the database was dropped
  '58': 'environment', // system error
  F0: 'environment', // configuration file
  XX: 'environment', // internal error, corruption
  '21': 'data',
  '22': 'data',
  '23': 'data',
  '44': 'data',
  '54': 'data', // too large or too complex
  P0: 'data', // RAISE
};

const LOST_CONNECTION = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
]);
// "Query read timeout" is the pool's answer timeout: the server was silent for longer than any statement may run.
const LOST_CONNECTION_TEXT =
  /connection terminated|connection ended|timeout exceeded when trying to connect|not queryable|timeout expired|query read timeout/i;

/** The five-character SQLSTATE of a database error, or undefined when the error is something else. */
export function sqlState(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && severityOf(error) ? code : undefined;
}

/** True when a unique index refused a row; with `constraint`, only for this index or constraint. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlState(error) !== UNIQUE_VIOLATION) return false;
  return constraint === undefined || (error as { constraint?: unknown }).constraint === constraint;
}

/** True when the database refused a write because it is a standby or read-only. Nothing was changed. */
export function isReadOnly(error: unknown): boolean {
  return sqlState(error) === READ_ONLY;
}

/** What an error means for a retry. Looks at the error itself, not at its causes. */
export function classify(error: unknown): ErrorKind {
  const state = sqlState(error);
  if (state !== undefined) return kindOf(state);
  const code = codeOf(error);
  if (code !== undefined && LOST_CONNECTION.has(code)) return 'connection';
  if (error instanceof AggregateError && error.errors.some((each) => classify(each) === 'connection')) {
    return 'connection';
  }
  return error instanceof Error && LOST_CONNECTION_TEXT.test(error.message) ? 'connection' : 'unknown';
}

/**
 * True when the same work may succeed later without a repair: connection, conflict, timeout, or the server's resources
 * (class 53). Code that retries without a limit should use `classify`, because a timeout may happen at every attempt.
 */
export function isTransient(error: unknown): boolean {
  const kind = classify(error);
  if (kind === 'connection' || kind === 'conflict' || kind === 'timeout') return true;
  return sqlState(error)?.startsWith('53') === true;
}

function kindOf(state: string): ErrorKind {
  for (let length = state.length; length >= 2; length--) {
    const kind = KINDS[state.slice(0, length)];
    if (kind) return kind;
  }
  return 'unknown';
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function severityOf(error: unknown): boolean {
  return typeof (error as { severity?: unknown }).severity === 'string';
}
