import type { Interceptor } from '@connectrpc/connect';
import { createLogger } from '@gavel/observability/logger';
import { isTransient } from '@gavel/postgres/sqlstate';
import { connectError } from '@gavel/service-runtime/failure';

const log = createLogger('bids');

/**
 * Answers UNAVAILABLE while the database is away or a conflict was lost, so that callers know that another try is
 * worth while. Whether a bid was taken before the connection broke is unknown then: its idempotency key tells.
 */
export function answerUnavailable(): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (error) {
      if (!isTransient(error)) throw error;
      log.warn({ err: error, method: request.method.name }, 'database away');
      throw connectError('UNAVAILABLE', 'the service cannot reach its data now; try again shortly');
    }
  };
}
