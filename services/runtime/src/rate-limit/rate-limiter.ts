import type { Redis } from 'ioredis';
import { createCircuit } from '../circuit.ts';
import { createRedisScript } from '../redis.ts';
import { LocalCounts } from './local-counts.ts';
import { type Counted, intervalOf, keyOf } from './rate-rule.ts';

/** Counts requests. Never fails: while Redis is away, or not told of, each process counts for itself. */
export interface RateLimiter {
  /** Counts one of each, or none when a rule refuses. Resolves to the seconds to wait, 0 when it was counted. */
  take(counts: readonly Counted[]): Promise<number>;
}

export interface RateLimiterOptions {
  readonly redis: Redis | undefined;
  /** What its keys begin with. */
  readonly prefix: string;
}

// All rules of a request in one call. Redis's clock counts, so that instances count together whatever their own say.
const TAKE = `
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local wait, next = 0, {}
  for i, key in ipairs(KEYS) do
    local interval, limit = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local used_until = math.max(tonumber(redis.call('GET', key) or now), now)
    wait = math.max(wait, used_until - interval * (limit - 1) - now)
    next[i] = used_until + interval
  end
  if wait > 0 then return math.ceil(wait) end
  for i, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.0f', next[i]), 'PX', math.ceil((next[i] - now) / 1000))
  end
  return 0`;

/** A limiter that counts in Redis, so that several instances count together, and a hanging Redis holds up nobody. */
export function createRateLimiter({ redis, prefix }: RateLimiterOptions): RateLimiter {
  const circuit = createCircuit({ name: 'rate-limits' });
  const local = new LocalCounts();
  const script = redis && createRedisScript(redis, TAKE);
  const takeTogether = async (counts: readonly Counted[]): Promise<number | undefined> => {
    if (script === undefined) return undefined;
    const keys = counts.map((counted) => keyOf(prefix, counted));
    const rules = counts.flatMap(({ rule }) => [intervalOf(rule), rule.limit]);
    return circuit.attempt(async () => Number(await script(keys, rules)));
  };
  return {
    async take(counts) {
      if (counts.length === 0) return 0;
      const waitUs = (await takeTogether(counts)) ?? local.take(counts, performance.now() * 1_000);
      return Math.ceil(waitUs / 1_000_000);
    },
  };
}
