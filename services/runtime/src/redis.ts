import { createHash } from 'node:crypto';
import { createLogger } from '@gavel/observability/logger';
import { Redis } from 'ioredis';

const log = createLogger('redis');

const FIRST_WAIT_MS = 1_000;

export interface RedisOptions {
  /** redis:// or rediss:// URL. */
  readonly url: string;
  /** What happens while it is away, for the log: "each process counts attempts for itself". */
  readonly meanwhile: string;
  /** How long an answer may take; 250 ms unless told. */
  readonly answerTimeoutMs?: number;
}

/**
 * A Redis connection for something that can do without: commands fail at once while it is down and after the time-out
 * when it hangs, and it reconnects for ever in the background. Each loss and each return is logged once.
 *
 * Resolves once it is ready or is known to be away, after a second at most: what is done right after a start would
 * otherwise be done without it though it is there.
 */
export async function connectRedis({ url, meanwhile, answerTimeoutMs = 250 }: RedisOptions): Promise<Redis> {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: answerTimeoutMs,
    connectTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  });
  let lost = false;
  redis.on('error', (error: Error) => {
    if (!lost) log.warn({ err: error }, `redis is away; ${meanwhile}`);
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

/** Runs one Lua script on some keys and arguments: atomic, and one round trip. */
export type RedisScript = (
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
) => Promise<unknown>;

/** A script that is sent as its hash; a server that does not know it yet, or no longer, gets the text. */
export function createRedisScript(redis: Redis, lua: string): RedisScript {
  const hash = createHash('sha1').update(lua).digest('hex');
  return async (keys, args) => {
    try {
      return await redis.evalsha(hash, keys.length, ...keys, ...args);
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('NOSCRIPT')) {
        return await redis.eval(lua, keys.length, ...keys, ...args);
      }
      throw error;
    }
  };
}
