import { Code, ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import { isReason, REASON_DOMAIN, type Reason } from '@gavel/proto/reasons';

export type ServiceName = 'auth' | 'bids' | 'user-stats' | 'notifications';

/** A service's reason, or that no service answered at all. */
export type FailureReason = Reason | 'UNREACHABLE';

/** A call that did not succeed, as pages and forms see it. */
export interface CallFailure {
  ok: false;
  service: ServiceName;
  reason: FailureReason;
  /** Values that the reason speaks of; for INVALID_FIELD, `field: what is wrong`. */
  metadata: Readonly<Record<string, string>>;
}

export type CallOutcome<T> = { ok: true; value: T } | CallFailure;

const silence: ReadonlySet<Code> = new Set([
  Code.Unavailable,
  Code.DeadlineExceeded,
  Code.Aborted,
  Code.Canceled,
]);

/** Turns what a client threw into a failure. An error without a reason of ours is INTERNAL, or UNREACHABLE when nobody answered. */
export function toFailure(service: ServiceName, error: unknown): CallFailure {
  const { reason, metadata } = reasonOf(error);
  return { ok: false, service, reason, metadata };
}

function reasonOf(error: unknown): Pick<CallFailure, 'reason' | 'metadata'> {
  if (!(error instanceof ConnectError)) return { reason: 'INTERNAL', metadata: {} };
  for (const info of error.findDetails(ErrorInfoSchema)) {
    if (info.domain === REASON_DOMAIN && isReason(info.reason))
      return { reason: info.reason, metadata: info.metadata };
  }
  if (silence.has(error.code)) return { reason: 'UNREACHABLE', metadata: {} };
  if (error.code === Code.Unauthenticated) return { reason: 'UNAUTHENTICATED', metadata: {} };
  return { reason: 'INTERNAL', metadata: {} };
}
