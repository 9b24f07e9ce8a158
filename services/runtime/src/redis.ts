import { createHash } from 'node:crypto';
import { createLogger } from '@gavel/observability/logger';
import { Redis } from 'ioredis';

const log = createLogger('redis');

const FIRST_WAIT_MS = 1_000;

export interface RedisOptions {
  /** redis:// or rediss:// URL. */
  readonly url: string;
  /** For the log, what happens while it is unavailable: "each process counts attempts for itself". */
  readonly meanwhile: string;
  /** How long to wait for an answer, in milliseconds. Default: 250. */
  readonly answerTimeoutMs?: number;
}

/**
 * A connection to an optional Redis. Commands fail at once while there is no connection, and after the timeout when Redis does not
 * answer. It reconnects in the background, without a limit. Each loss and each recovery is logged once.
 *
 * Resolves when the connection is ready or has failed, but within a second. Without this wait, the first requests after a start
 * would not use Redis.
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
    if (!lost) log.warn({ err: error }, `redis is unavailable; ${meanwhile}`);
    lost = true;
  });
  redis.on('ready', () => {
    if (lost) log.info('redis is available again');
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

/** Runs a Lua script with keys and arguments, atomically and in one round trip. */
export type RedisScript = (
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
) => Promise<unknown>;

/** A script that is sent as its hash. A server that does not know the hash gets the text. */
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
