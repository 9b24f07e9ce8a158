import 'server-only';
import { Code, ConnectError } from '@connectrpc/connect';
import { createLogger } from '@gavel/observability/logger';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import { isReason, REASON_DOMAIN } from '@gavel/proto/reasons';
import type { CallFailure, CallOutcome, ServiceName } from '../../model/call-outcome.ts';

const log = createLogger('bff');

/**
 * Runs one call and returns its outcome. An expected refusal is a value, not an exception. Unexpected errors and services
 * that do not answer are logged here and nowhere else.
 */
export async function call<T>(service: ServiceName, run: () => Promise<T>): Promise<CallOutcome<T>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    const failure = toFailure(service, error);
    if (failure.reason === 'INTERNAL') log.error({ err: error, service }, 'call failed');
    if (failure.reason === 'UNREACHABLE') log.warn({ err: error, service }, 'service does not answer');
    return failure;
  }
}

/** Turns a client's error into a failure: the service's reason, UNREACHABLE when nobody answered, otherwise INTERNAL. */
export function toFailure(service: ServiceName, error: unknown): CallFailure {
  const { reason, metadata } = reasonOf(error);
  return { ok: false, service, reason, metadata };
}

const unanswered: ReadonlySet<Code> = new Set([
  Code.Unavailable,
  Code.DeadlineExceeded,
  Code.Aborted,
  Code.Canceled,
]);

function reasonOf(error: unknown): Pick<CallFailure, 'reason' | 'metadata'> {
  if (!(error instanceof ConnectError)) return { reason: 'INTERNAL', metadata: {} };
  for (const info of error.findDetails(ErrorInfoSchema)) {
    if (info.domain === REASON_DOMAIN && isReason(info.reason))
      return { reason: info.reason, metadata: info.metadata };
  }
  if (unanswered.has(error.code)) return { reason: 'UNREACHABLE', metadata: {} };
  if (error.code === Code.Unauthenticated) return { reason: 'UNAUTHENTICATED', metadata: {} };
  return { reason: 'INTERNAL', metadata: {} };
}
