import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Item, ItemSchema } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { Circuit } from '@gavel/resilience/circuit';
import type { Outcome } from '@gavel/service-runtime/failure';
import type { ChangedItems, ItemView, PublicItems } from '../../application/ports.ts';
import { type Auction, statusAt } from '../../domain/auction/auction.ts';
import { toPublicItem } from '../rpc/item-message.ts';
import type { DatabaseClock } from './database-clock.ts';
import type { ItemEntries, ItemEntry } from './item-entries.ts';

/** Less than the promised second, to leave time for the way to the caller. */
const MAX_AGE_MS = 900;

/** Nobody uses an entry that is older than a second, so an invalidation is not needed for longer than that. */
const KEPT_MS = 2_000;
const MAX_PENDING = 10_000;

type Loaded = Outcome<ItemView, 'ITEM_NOT_FOUND'>;
type Load = () => Promise<Loaded>;

export interface ItemCacheOptions {
  readonly entries: ItemEntries;
  readonly circuit: Circuit;
  readonly clock: DatabaseClock;
}

/**
 * Public items, read through Redis. A shared entry is exactly the message that an anonymous caller gets, so it contains no
 * restricted field.
 *
 * Each entry has the time of the database's clock at which it was read. The reader decides whether the entry is still valid:
 * younger than a second, newer than the last change that this process knows of, and not past a start or an end. So correctness does
 * not depend on Redis (late writes, lost writes, wrong expiry). Without Redis, or while the time is unknown, everything is read
 * from Postgres.
 */
export function createItemCache(options: ItemCacheOptions): PublicItems<Item> & ChangedItems {
  const { entries, circuit, clock } = options;
  const invalidations = createInvalidations(clock, (moments) =>
    circuit.attempt(() => entries.invalidate(moments)),
  );
  const loading = new Map<string, { readonly since: number; readonly loaded: Promise<Loaded> }>();

  const isValid = (itemId: string, entry: ItemEntry): boolean => {
    const reading = clock.read();
    if (reading === undefined) return false;
    const latest = reading.now + reading.offBy;
    if (latest - entry.asOf > MAX_AGE_MS || latest >= entry.until) return false;
    // The entry is from the future: it was written for another database, or the clock was set back.
    if (entry.asOf > latest) return false;
    return entry.asOf >= invalidations.changedAt(itemId);
  };

  const loadNow = async (itemId: string, load: Load): Promise<Loaded> => {
    const sentAt = clock.steady();
    const loaded = await load();
    if (loaded.ok) {
      clock.sample(loaded.value.asOf, sentAt);
      const entry = toEntry(loaded.value);
      // No caller waits for this.
      if (entry !== undefined) void circuit.attempt(() => entries.put(itemId, entry));
    }
    return loaded;
  };

  /** Concurrent reads of one item share one query, except when the item has changed since that query began. */
  const loadOnce = (itemId: string, load: Load): Promise<Loaded> => {
    const running = loading.get(itemId);
    if (running !== undefined && running.since > invalidations.madeAt(itemId)) return running.loaded;
    const since = clock.steady();
    const loaded = loadNow(itemId, load).finally(() => {
      if (loading.get(itemId)?.since === since) loading.delete(itemId);
    });
    loading.set(itemId, { since, loaded });
    return loaded;
  };

  return {
    async read(itemId, load) {
      const entry = await circuit.attempt(() => entries.get(itemId));
      if (entry !== undefined && isValid(itemId, entry)) {
        return { ok: true, value: fromBinary(ItemSchema, entry.item) };
      }
      const loaded = await loadOnce(itemId, load);
      return loaded.ok ? { ok: true, value: toPublicItem(loaded.value) } : loaded;
    },
    invalidate: (itemId) => invalidations.invalidate(itemId),
  };
}

interface Invalidation {
  /** The time of the change by the steady clock. */
  readonly madeAt: number;
  /** The latest possible time of the change by the database's clock. Undefined when that clock was unknown: then no entry is valid. */
  readonly changedAt: number | undefined;
}

/**
 * The items that this process has changed recently, and when. They are invalid here at once, and Redis passes the invalidation
 * on to the other processes; all pending ones go in one call. If that call fails, the other processes stop using an entry when it
 * is too old.
 */
interface Invalidations {
  invalidate(itemId: string): void;
  /** A valid entry is at least as new as this time of the database's clock. */
  changedAt(itemId: string): number;
  /** A read of the item must have started after this time of the steady clock to see the change. */
  madeAt(itemId: string): number;
}

/** `send` must not reject. */
function createInvalidations(
  clock: DatabaseClock,
  send: (moments: ReadonlyMap<string, number>) => Promise<unknown>,
): Invalidations {
  /** In order of time. */
  const recent = new Map<string, Invalidation>();
  let pending = new Map<string, number>();
  let sending = false;

  const removeOld = (now: number): void => {
    for (const [itemId, { madeAt }] of recent) {
      if (madeAt >= now - KEPT_MS) break;
      recent.delete(itemId);
    }
  };

  const sendAll = async (): Promise<void> => {
    sending = true;
    while (pending.size > 0) {
      const moments = pending;
      pending = new Map();
      await send(moments);
    }
    sending = false;
  };

  return {
    invalidate(itemId) {
      const madeAt = clock.steady();
      const reading = clock.read();
      const changedAt = reading && Math.ceil(reading.now + reading.offBy);
      removeOld(madeAt);
      recent.delete(itemId);
      recent.set(itemId, { madeAt, changedAt });
      if (changedAt === undefined || pending.size >= MAX_PENDING) return;
      pending.set(itemId, changedAt);
      if (!sending) void sendAll();
    },
    changedAt(itemId) {
      const found = recent.get(itemId);
      if (found === undefined || found.madeAt < clock.steady() - KEPT_MS) return Number.NEGATIVE_INFINITY;
      return found.changedAt ?? Number.POSITIVE_INFINITY;
    },
    madeAt: (itemId) => recent.get(itemId)?.madeAt ?? Number.NEGATIVE_INFINITY,
  };
}

/** Undefined for an auction that has ended but is not closed yet: its outcome follows soon. */
function toEntry({ auction, asOf }: ItemView): ItemEntry | undefined {
  const status = statusAt(auction, asOf);
  if (status === 'ended' && auction.status !== 'ended') return undefined;
  return {
    version: auction.version,
    asOf: asOf.getTime(),
    until: validUntil(auction, status),
    item: toBinary(ItemSchema, toPublicItem({ auction, asOf })),
  };
}

function validUntil({ startsAt, endAt }: Auction, status: ReturnType<typeof statusAt>): number {
  if (status === 'scheduled') return startsAt.getTime();
  return status === 'active' ? endAt.getTime() : Number.POSITIVE_INFINITY;
}

/** For a service without Redis: every item is read from Postgres. */
export const uncachedItems: PublicItems<Item> & ChangedItems = {
  async read(_, load) {
    const loaded = await load();
    return loaded.ok ? { ok: true, value: toPublicItem(loaded.value) } : loaded;
  },
  invalidate: () => undefined,
};
