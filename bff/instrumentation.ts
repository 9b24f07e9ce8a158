import { createLogger } from '@gavel/observability/logger';
import type { Instrumentation } from 'next';

const log = createLogger('bff');

/** Runs once when the process starts: the broker is listened to outside of any request, so in no request's trace. */
export async function register(): Promise<void> {
  // Literally here and not in config.ts: Next compiles this file for a second runtime too, and drops what stands behind it.
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { livePrices } = await import('./server/live/live-prices.ts');
  livePrices();
}

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
