import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Item, ItemSchema } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { Circuit } from '@gavel/service-runtime/circuit';
import type { Outcome } from '@gavel/service-runtime/failure';
import type { ItemView } from '../../application/auction-views.ts';
import type { ChangedItems, PublicItems } from '../../application/public-items.ts';
import { type Auction, statusAt } from '../../domain/auction/auction.ts';
import { toItemMessage } from '../rpc/item-message.ts';
import { ChangeMarks } from './change-marks.ts';
import type { DatabaseClock } from './database-clock.ts';
import type { ItemEntries, ItemEntry } from './item-entries.ts';

/** Less than the second that is promised, by what the way to the caller may take. */
const LONGEST_MS = 900;

type Loaded = Outcome<ItemView, 'ITEM_NOT_FOUND'>;
type Load = () => Promise<Loaded>;

export interface ItemCacheOptions {
  readonly entries: ItemEntries;
  readonly circuit: Circuit;
  readonly clock: DatabaseClock;
}

/**
 * Items as anyone may see them, read through Redis. What is shared is the very message that somebody without a token gets,
 * so nothing that only some may see can be in it.
 *
 * An entry says when, by the database's clock, it was as it says. Whoever reads it decides by that whether it is still good:
 * younger than a second, read after the last change that this process knows of, and not past a start or an end. So nothing
 * depends on what Redis does with it (late writes, lost writes, wrong expiry), and without Redis, or without knowing the
 * time, everything comes from Postgres.
 */
export function createItemCache(options: ItemCacheOptions): PublicItems<Item> & ChangedItems {
  const { entries, circuit, clock } = options;
  const marks = new ChangeMarks(clock, (moments) => circuit.attempt(() => entries.outdate(moments)));
  const loading = new Map<string, { readonly since: number; readonly loaded: Promise<Loaded> }>();

  const isGood = (itemId: string, entry: ItemEntry): boolean => {
    const reading = clock.read();
    if (reading === undefined) return false;
    const latest = reading.now + reading.offBy;
    if (latest - entry.asOf > LONGEST_MS || latest >= entry.until) return false;
    // From the future: another database's, or a clock that was put back.
    if (entry.asOf > latest) return false;
    return entry.asOf >= marks.changedAt(itemId);
  };

  const loadNow = async (itemId: string, load: Load): Promise<Loaded> => {
    const sentAt = clock.steady();
    const loaded = await load();
    if (loaded.ok) {
      clock.sample(loaded.value.asOf, sentAt);
      const entry = toEntry(loaded.value);
      // Nobody waits for it.
      if (entry !== undefined) void circuit.attempt(() => entries.put(itemId, entry));
    }
    return loaded;
  };

  /** Those who ask for the same item at the same time share one look at it, unless it has changed since that began. */
  const loadTogether = (itemId: string, load: Load): Promise<Loaded> => {
    const running = loading.get(itemId);
    if (running !== undefined && running.since > marks.toldAt(itemId)) return running.loaded;
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
      if (entry !== undefined && isGood(itemId, entry)) {
        return { ok: true, value: fromBinary(ItemSchema, entry.item) };
      }
      const loaded = await loadTogether(itemId, load);
      return loaded.ok
        ? { ok: true, value: create(ItemSchema, toItemMessage(loaded.value, undefined)) }
        : loaded;
    },
    changed: (itemId) => marks.mark(itemId),
  };
}

/** Undefined for an auction whose end has passed and that is about to be closed: its outcome comes any moment. */
function toEntry({ auction, asOf }: ItemView): ItemEntry | undefined {
  const status = statusAt(auction, asOf);
  if (status === 'ended' && auction.status !== 'ended') return undefined;
  return {
    version: auction.version,
    asOf: asOf.getTime(),
    until: nextTurn(auction, status),
    item: toBinary(ItemSchema, create(ItemSchema, toItemMessage({ auction, asOf }, undefined))),
  };
}

function nextTurn({ startsAt, endAt }: Auction, status: ReturnType<typeof statusAt>): number {
  if (status === 'scheduled') return startsAt.getTime();
  return status === 'active' ? endAt.getTime() : Number.POSITIVE_INFINITY;
}
