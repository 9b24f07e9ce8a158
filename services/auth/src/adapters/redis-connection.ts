import { createLogger } from '@gavel/observability/logger';
import { Redis } from 'ioredis';

const log = createLogger('redis');

/**
 * A Redis connection for something that can do without: commands fail at once while it is down and after 250 ms
 * when it hangs, and it reconnects for ever in the background. Each loss and each return is logged once.
 */
export function connectRedis(url: string): Redis {
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
  return redis;
}
