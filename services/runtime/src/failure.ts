import { Code, ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import { REASON_DOMAIN, type Reason, reasonCodes } from '@gavel/proto/reasons';

/** An expected failure: a use case returns it, nobody throws it before the RPC edge. */
export interface Failure<R extends Reason = Reason> {
  ok: false;
  reason: R;
  /** For a developer; people read the sentence that the page makes of the reason. */
  message: string;
  /** Values the reason speaks of; shown to callers. */
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

/** The value of a success; for a failure throws the one Connect error that its reason stands for. The RPC edge's last step. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw connectError(outcome.reason, outcome.message, outcome.metadata);
}

/** A Connect error with its code by reason and a google.rpc.ErrorInfo detail. */
export function connectError(
  reason: Reason,
  message: string,
  metadata: Record<string, string> = {},
): ConnectError {
  return new ConnectError(message, connectCodes[reasonCodes[reason]], undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: REASON_DOMAIN, metadata } },
  ]);
}
