import { createRedisScript } from '@gavel/service-runtime/redis';
import type { Redis } from 'ioredis';

/** An item as it lies in Redis. Moments are milliseconds of the database's clock. */
export interface ItemEntry {
  readonly version: bigint;
  /** When it was as it says. */
  readonly asOf: number;
  /** When the clock alone changes what it says: its start or its end; Infinity for never. */
  readonly until: number;
  /** A bids.v1.Item as anyone may see it. */
  readonly item: Uint8Array;
}

export interface ItemEntries {
  /** Undefined: there is none. */
  get(itemId: string): Promise<ItemEntry | undefined>;
  /** Puts an entry, unless there is a later one, or the item has changed since. */
  put(itemId: string, entry: ItemEntry): Promise<void>;
  /** Removes entries older than a moment each, and refuses such for as long as anybody may still come with one. */
  outdate(moments: ReadonlyMap<string, number>): Promise<void>;
}

/** Entries are good for less than a second, so the marks that they leave have to outlive that, and no more. */
const ENTRY_MS = 1_000;
const MARK_MS = 3_000;

// A fill that was slow on its way must not bury a newer one: neither by version, nor by what was read when.
const PUT = `
  local known = redis.call('HMGET', KEYS[1], 'version', 'as_of')
  local version, as_of = tonumber(ARGV[1]), tonumber(ARGV[2])
  if known[1] and tonumber(known[1]) > version then return 0 end
  if known[2] and tonumber(known[2]) >= as_of then return 0 end
  redis.call('HSET', KEYS[1], 'version', ARGV[1], 'as_of', ARGV[2], 'until', ARGV[3], 'item', ARGV[4])
  redis.call('PEXPIRE', KEYS[1], ${ENTRY_MS})
  return 1`;

// What stays is the mark: a hash without an item.
const OUTDATE = `
  for i, key in ipairs(KEYS) do
    local as_of = redis.call('HGET', key, 'as_of')
    if not as_of or tonumber(as_of) < tonumber(ARGV[i]) then
      redis.call('HDEL', key, 'item')
      redis.call('HSET', key, 'as_of', ARGV[i])
      redis.call('PEXPIRE', key, ${MARK_MS})
    end
  end
  return 1`;

export function createItemEntries(redis: Redis, prefix: string): ItemEntries {
  const put = createRedisScript(redis, PUT);
  const outdate = createRedisScript(redis, OUTDATE);
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
    async outdate(moments) {
      await outdate([...moments.keys()].map(keyOf), [...moments.values()]);
    },
  };
}
