import { createLogger } from '@gavel/observability/logger';
import { type CallOutcome, type ServiceName, toFailure } from './call-failure.ts';

const log = createLogger('bff');

/**
 * Runs one call and returns its outcome: an expected refusal is a value, not an exception. What nobody expected, and a
 * service that does not answer, is logged here and nowhere else.
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
