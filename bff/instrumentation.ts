import { createLogger } from '@gavel/observability/logger';
import type { Instrumentation } from 'next';

const log = createLogger('bff');

/** The only place that logs unexpected errors of pages. The error page shows the same digest. */
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

/** Next calls it once per process, before the first page. */
export async function register(): Promise<void> {
  const { serveLive } = await import('./server/live/serve-live.ts');
  serveLive();
}
