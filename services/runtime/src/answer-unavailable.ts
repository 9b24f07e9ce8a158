import { ConnectError, type Interceptor } from '@connectrpc/connect';
import { createLogger } from '@gavel/observability/logger';
import { isTransient } from '@gavel/postgres/sqlstate';
import { connectError } from './failure.ts';

const log = createLogger('rpc');

/**
 * Answers UNAVAILABLE when the database cannot be reached or ended the transaction because of a conflict, so that callers know that
 * a retry may succeed. If a connection breaks during COMMIT, nobody knows whether the request took effect. The metadata then
 * says `outcome: unknown`, which no other UNAVAILABLE has. For a bid, a repeat with the same idempotency key finds out.
 */
export function answerUnavailable(): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (error) {
      if (error instanceof ConnectError || !isTransient(error)) throw error;
      log.warn(
        { err: error, method: `${request.service.typeName}/${request.method.name}` },
        'the database is unavailable or busy',
      );
      throw connectError(
        'UNAVAILABLE',
        'the database is unavailable, and it is not known whether this request took effect: ' +
          'repeat it with the same idempotency key, or read the current state first',
        { outcome: 'unknown' },
      );
    }
  };
}
