const UNIQUE_VIOLATION = '23505';

// Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html that another try may cure: connection
// exceptions, insufficient resources, operator intervention, and serialization failure, deadlock and lock time-out.
const TRANSIENT = /^(08|53|57|40001|40P01|55P03|25P03)/;
const LOST_CONNECTION = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
const LOST_CONNECTION_TEXT =
  /connection terminated|connection ended|timeout exceeded when trying to connect|not queryable|timeout expired/i;

/** The five-character SQLSTATE of a database error, or undefined when the error is something else. */
export function sqlState(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && severityOf(error) ? code : undefined;
}

/** True when a unique index refused a row, optionally one index or constraint in particular. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlState(error) !== UNIQUE_VIOLATION) return false;
  return constraint === undefined || (error as { constraint?: unknown }).constraint === constraint;
}

/** True when the same work may well succeed later: the connection is gone, the server restarts, or a conflict was lost. */
export function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return TRANSIENT.test(state);
  const code = codeOf(error);
  if (code !== undefined && LOST_CONNECTION.has(code)) return true;
  if (error instanceof AggregateError) return error.errors.some(isTransient);
  return error instanceof Error && LOST_CONNECTION_TEXT.test(error.message);
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function severityOf(error: unknown): boolean {
  return typeof (error as { severity?: unknown }).severity === 'string';
}
