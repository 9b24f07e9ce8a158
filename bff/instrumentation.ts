import { createLogger } from '@gavel/observability/logger';
import type { Instrumentation } from 'next';

const log = createLogger('bff');

/** The one place where an error that nobody foresaw is logged; the digest is what the error page shows. */
export const onRequestError: Instrumentation.onRequestError = (error, request, context) => {
  const digest = typeof error === 'object' && error !== null && 'digest' in error ? error.digest : undefined;
  log.error(
    {
      err: error,
      digest,
      method: request.method,
      path: request.path.split('?', 1)[0],
      route: context.routePath,
    },
    'page failed',
  );
};
