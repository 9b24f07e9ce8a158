import { Code, ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import { REASON_DOMAIN, type Reason, reasonCodes } from '@gavel/proto/reasons';

/** An expected failure. Use cases return it; only the RPC layer turns it into an error. */
export interface Failure<R extends Reason = Reason> {
  ok: false;
  reason: R;
  /** For developers. Pages show users their own sentence for each reason. */
  message: string;
  /** Values that belong to the reason, such as `retry_after_seconds`. Callers see them. */
  metadata?: Record<string, string>;
}

export interface Success<T> {
  ok: true;
  value: T;
}

export type Outcome<T, R extends Reason = Reason> = Success<T> | Failure<R>;

const connectCodes = {
  invalid_argument: Code.InvalidArgument,
  unauthenticated: Code.Unauthenticated,
  permission_denied: Code.PermissionDenied,
  not_found: Code.NotFound,
  already_exists: Code.AlreadyExists,
  failed_precondition: Code.FailedPrecondition,
  resource_exhausted: Code.ResourceExhausted,
  unavailable: Code.Unavailable,
  internal: Code.Internal,
} satisfies Record<(typeof reasonCodes)[Reason], Code>;

/** The value of a success. Throws a failure as the Connect error that belongs to its reason. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw connectError(outcome.reason, outcome.message, outcome.metadata);
}

/** Invalid fields, by name, with what is wrong with each. */
export type FieldProblems = Record<string, string>;

/** The failure for fields with problems; undefined when there are none. */
export function invalidFields(problems: FieldProblems): Failure<'INVALID_FIELD'> | undefined {
  const entries = Object.entries(problems);
  if (entries.length === 0) return undefined;
  const message = entries.map(([field, problem]) => `${field}: ${problem}`).join('; ');
  return { ok: false, reason: 'INVALID_FIELD', message, metadata: problems };
}

/** A Connect error with the code of its reason and a google.rpc.ErrorInfo detail. */
export function connectError(
  reason: Reason,
  message: string,
  metadata: Record<string, string> = {},
): ConnectError {
  return new ConnectError(message, connectCodes[reasonCodes[reason]], undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: REASON_DOMAIN, metadata } },
  ]);
}
