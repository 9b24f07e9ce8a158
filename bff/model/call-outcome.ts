import type { Reason } from '@gavel/proto/reasons';

export type ServiceName = 'auth' | 'bids' | 'user-stats' | 'notifications';

/** A service's reason, or UNREACHABLE when no service answered. */
export type FailureReason = Reason | 'UNREACHABLE';

/** A failed call, as pages and forms see it. */
export interface CallFailure {
  ok: false;
  service: ServiceName;
  reason: FailureReason;
  /** Values for the reason's sentence; for INVALID_FIELD, one entry per field with what is wrong. */
  metadata: Readonly<Record<string, string>>;
}

export type CallOutcome<T> = { ok: true; value: T } | CallFailure;

/** One page of a list. */
export interface Page<T> {
  entries: T[];
  /** Empty on the last page. */
  nextPageToken: string;
}

/** The page in a list method's response, or the call's failure. */
export function pageOf<R extends { nextPageToken: string }, T>(
  outcome: CallOutcome<R>,
  entriesOf: (response: R) => T[],
): CallOutcome<Page<T>> {
  if (!outcome.ok) return outcome;
  const { value } = outcome;
  return { ok: true, value: { entries: entriesOf(value), nextPageToken: value.nextPageToken } };
}

/** True when the service is unavailable. The page around a form would then fail too if it were rendered again. */
export function isUnavailable({ reason }: Pick<CallFailure, 'reason'>): boolean {
  return reason === 'UNREACHABLE' || reason === 'UNAVAILABLE';
}

/**
 * True when the change may have been made although the call failed: no answer arrived, or the service lost the
 * answer to its COMMIT. A service marks the second case with `outcome: unknown`; after any other UNAVAILABLE it promises
 * that nothing was changed.
 */
export function isUncertain({ reason, metadata }: Pick<CallFailure, 'reason' | 'metadata'>): boolean {
  return reason === 'UNREACHABLE' || (reason === 'UNAVAILABLE' && metadata.outcome === 'unknown');
}
