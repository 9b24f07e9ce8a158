import { createCircuit } from '@gavel/resilience/circuit';
import type { Redis } from 'ioredis';
import { createRedisScript } from '../redis.ts';
import { createLocalCounts } from './local-counts.ts';
import { type Counted, keyOf } from './rate-rule.ts';

/** Counts uses of rules. Never fails: without Redis, or while it is unavailable, each process counts for itself. */
export interface RateLimiter {
  /** Counts one use of each, or of none if any rule refuses. Returns the seconds to wait; 0 when counted. */
  take(counts: readonly Counted[]): Promise<number>;
  /** The seconds to wait before `take` counts; 0 when it would count now. Counts nothing. */
  check(counts: readonly Counted[]): Promise<number>;
  /** Removes what has been counted. */
  reset(counts: readonly Counted[]): Promise<void>;
}

export interface RateLimiterOptions {
  readonly redis: Redis | undefined;
  /** The prefix of its keys. */
  readonly prefix: string;
}

// All rules of a request in one call, so that either all of them are counted or none. It uses the clock of Redis, so that
// instances with different clocks count together. The value of a token bucket's key is the time until which the
// allowance is used up (the generic cell rate algorithm), and that of a fixed window's key is the number of uses.
const COUNT = `
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local wait, writes = 0, {}
  for i, key in ipairs(KEYS) do
    local fixed, limit, window = ARGV[3 * i - 1] == 'fixed window', tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
    local value = tonumber(redis.call('GET', key) or 0)
    if fixed then
      if value >= limit then wait = math.max(wait, redis.call('PTTL', key) * 1000, 1) end
      writes[i] = value == 0 and { 'SET', key, 1, 'PX', window / 1000 } or { 'INCR', key }
    else
      local interval, used_until = window / limit, math.max(value, now)
      wait = math.max(wait, used_until - interval * (limit - 1) - now)
      local next = used_until + interval
      writes[i] = { 'SET', key, string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000) }
    end
  end
  if wait > 0 then return math.ceil(wait) end
  if ARGV[1] == 'take' then
    for _, write in ipairs(writes) do redis.call(unpack(write)) end
  end
  return 0`;

/** A limiter for all instances together, which never waits long for Redis. */
export function createRateLimiter({ redis, prefix }: RateLimiterOptions): RateLimiter {
  const circuit = createCircuit({ name: 'rate-limits' });
  const local = createLocalCounts();
  const script = redis && createRedisScript(redis, COUNT);
  const keysOf = (counts: readonly Counted[]) => counts.map((counted) => keyOf(prefix, counted));
  // The circuit is for a Redis that does not answer. A lost connection fails at once, and counts again as soon as it is back.
  const isConnected = () => redis?.status === 'ready';

  const count = async (mode: 'take' | 'check', counts: readonly Counted[]): Promise<number> => {
    if (counts.length === 0) return 0;
    const rules = counts.flatMap(({ rule: { algorithm = 'token bucket', limit, seconds } }) => [
      algorithm,
      limit,
      seconds * 1_000_000,
    ]);
    const together =
      script && isConnected()
        ? await circuit.attempt(async () => Number(await script(keysOf(counts), [mode, ...rules])))
        : undefined;
    const waitUs = together ?? local[mode](counts, performance.now() * 1_000);
    return Math.ceil(waitUs / 1_000_000);
  };

  return {
    take: (counts) => count('take', counts),
    check: (counts) => count('check', counts),
    async reset(counts) {
      local.reset(counts);
      if (redis && isConnected()) await circuit.attempt(() => redis.del(...keysOf(counts)));
    },
  };
}
