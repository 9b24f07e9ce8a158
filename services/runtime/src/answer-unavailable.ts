import { ConnectError, type Interceptor } from '@connectrpc/connect';
import { createLogger } from '@gavel/observability/logger';
import { isTransient } from '@gavel/postgres/sqlstate';
import { connectError } from './failure.ts';

const log = createLogger('rpc');

/**
 * Answers UNAVAILABLE while the database is away or a conflict was lost, so that callers know that another try is
 * worth while. A connection that broke during COMMIT leaves open whether the work took effect, and the caller is told so:
 * the metadata says `outcome: unknown`, which no other UNAVAILABLE has, and a bid's idempotency key finds out.
 */
export function answerUnavailable(): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (error) {
      if (error instanceof ConnectError || !isTransient(error)) throw error;
      log.warn(
        { err: error, method: `${request.service.typeName}/${request.method.name}` },
        'database away or busy',
      );
      throw connectError(
        'UNAVAILABLE',
        'the service cannot reach its data now, and it is not known whether this request took effect: ' +
          'repeat it with the same idempotency key, or look first',
        { outcome: 'unknown' },
      );
    }
  };
}
