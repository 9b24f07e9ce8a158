import type { DatabaseClock } from './database-clock.ts';

/** Nobody uses an entry that is older than a second, so an invalidation is not needed for longer than that. */
const KEPT_MS = 2_000;
const MAX_PENDING = 10_000;

interface Invalidation {
  /** By the steady clock. */
  readonly madeAt: number;
  /** The latest possible time of the change by the database's clock. Undefined when that clock was unknown: then no entry is valid. */
  readonly changedAt: number | undefined;
}

/**
 * The items that this process has changed recently, and when. They are invalid here at once, and Redis passes the invalidation
 * on to the other processes; all pending ones go in one call. If that call fails, the other processes stop using an entry when it
 * is too old.
 */
export interface Invalidations {
  invalidate(itemId: string): void;
  /** A valid entry is at least as new as this time of the database's clock. */
  changedAt(itemId: string): number;
  /** A read of the item must have started after this time of the steady clock to see the change. */
  madeAt(itemId: string): number;
}

/** `send` must not reject. */
export function createInvalidations(
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
