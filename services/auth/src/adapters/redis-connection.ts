import { createLogger } from '@gavel/observability/logger';
import { Redis } from 'ioredis';

const log = createLogger('redis');

const FIRST_WAIT_MS = 1_000;

/**
 * A Redis connection for something that can do without: commands fail at once while it is down and after 250 ms
 * when it hangs, and it reconnects for ever in the background. Each loss and each return is logged once.
 *
 * Resolves once it is ready or is known to be away, after a second at most: attempts right after a start would
 * otherwise be counted in the process's memory though Redis is there.
 */
export async function connectRedis(url: string): Promise<Redis> {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 250,
    connectTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  });
  let lost = false;
  redis.on('error', (error: Error) => {
    if (!lost) log.warn({ err: error }, 'redis is away; each process counts attempts for itself');
    lost = true;
  });
  redis.on('ready', () => {
    if (lost) log.info('redis is back');
    lost = false;
  });
  const { promise: settled, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, FIRST_WAIT_MS);
  redis.once('ready', resolve);
  redis.once('error', () => resolve());
  await settled;
  clearTimeout(timer);
  return redis;
}
