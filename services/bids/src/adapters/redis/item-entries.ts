import { createRedisScript } from '@gavel/service-runtime/redis';
import type { Redis } from 'ioredis';

/** An item in Redis. Times are milliseconds of the database's clock. */
export interface ItemEntry {
  readonly version: bigint;
  /** When the item was read. */
  readonly asOf: number;
  /** The next time at which the item changes without a command (its start or its end); Infinity for never. */
  readonly until: number;
  /** A bids.v1.Item with only public fields. */
  readonly item: Uint8Array;
}

export interface ItemEntries {
  /** Undefined when there is no entry. */
  get(itemId: string): Promise<ItemEntry | undefined>;
  /** Stores an entry, unless a newer one exists or the item has changed since it was read. */
  put(itemId: string, entry: ItemEntry): Promise<void>;
  /** Removes each item's entry if it is older than the given time, and refuses such entries while one could still arrive. */
  invalidate(moments: ReadonlyMap<string, number>): Promise<void>;
}

/** Entries are valid for less than a second, so an invalidation has to be kept a little longer than that. */
const ENTRY_MS = 1_000;
const INVALIDATION_MS = 3_000;

// A delayed entry must not replace a newer one, neither by version nor by the time at which it was read.
const PUT = `
  local known = redis.call('HMGET', KEYS[1], 'version', 'as_of')
  local version, as_of = tonumber(ARGV[1]), tonumber(ARGV[2])
  if known[1] and tonumber(known[1]) > version then return 0 end
  if known[2] and tonumber(known[2]) >= as_of then return 0 end
  redis.call('HSET', KEYS[1], 'version', ARGV[1], 'as_of', ARGV[2], 'until', ARGV[3], 'item', ARGV[4])
  redis.call('PEXPIRE', KEYS[1], ${ENTRY_MS})
  return 1`;

// A hash without an item remains; it is the invalidation.
const INVALIDATE = `
  for i, key in ipairs(KEYS) do
    local as_of = redis.call('HGET', key, 'as_of')
    if not as_of or tonumber(as_of) < tonumber(ARGV[i]) then
      redis.call('HDEL', key, 'item')
      redis.call('HSET', key, 'as_of', ARGV[i])
      redis.call('PEXPIRE', key, ${INVALIDATION_MS})
    end
  end
  return 1`;

export function createItemEntries(redis: Redis, prefix: string): ItemEntries {
  const put = createRedisScript(redis, PUT);
  const invalidate = createRedisScript(redis, INVALIDATE);
  const keyOf = (itemId: string): string => `${prefix}item:${itemId}`;
  return {
    async get(itemId) {
      const fields = await redis.hmgetBuffer(keyOf(itemId), 'version', 'as_of', 'until', 'item');
      const [version, asOf, until, item] = fields;
      if (!version || !asOf || !until || !item) return undefined;
      return {
        version: BigInt(version.toString()),
        asOf: Number(asOf.toString()),
        until: Number(until.toString()),
        item,
      };
    },
    async put(itemId, { version, asOf, until, item }) {
      await put([keyOf(itemId)], [String(version), asOf, String(until), Buffer.from(item)]);
    },
    async invalidate(moments) {
      await invalidate([...moments.keys()].map(keyOf), [...moments.values()]);
    },
  };
}
