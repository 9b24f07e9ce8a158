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
export class Invalidations {
  readonly #clock: DatabaseClock;
  readonly #send: (moments: ReadonlyMap<string, number>) => Promise<unknown>;
  readonly #recent = new Map<string, Invalidation>();
  #pending = new Map<string, number>();
  #sending = false;

  /** `send` must not reject. */
  constructor(clock: DatabaseClock, send: (moments: ReadonlyMap<string, number>) => Promise<unknown>) {
    this.#clock = clock;
    this.#send = send;
  }

  invalidate(itemId: string): void {
    const madeAt = this.#clock.steady();
    const reading = this.#clock.read();
    const changedAt = reading && Math.ceil(reading.now + reading.offBy);
    this.#removeOld(madeAt);
    this.#recent.delete(itemId);
    this.#recent.set(itemId, { madeAt, changedAt });
    if (changedAt === undefined || this.#pending.size >= MAX_PENDING) return;
    this.#pending.set(itemId, changedAt);
    if (!this.#sending) void this.#sendAll();
  }

  /** A valid entry is at least as new as this time of the database's clock. */
  changedAt(itemId: string): number {
    const found = this.#recent.get(itemId);
    if (found === undefined || found.madeAt < this.#clock.steady() - KEPT_MS) return Number.NEGATIVE_INFINITY;
    return found.changedAt ?? Number.POSITIVE_INFINITY;
  }

  /** A read of the item must have started after this time of the steady clock to see the change. */
  madeAt(itemId: string): number {
    return this.#recent.get(itemId)?.madeAt ?? Number.NEGATIVE_INFINITY;
  }

  async #sendAll(): Promise<void> {
    this.#sending = true;
    while (this.#pending.size > 0) {
      const moments = this.#pending;
      this.#pending = new Map();
      await this.#send(moments);
    }
    this.#sending = false;
  }

  // The map is in order of time.
  #removeOld(now: number): void {
    for (const [itemId, { madeAt }] of this.#recent) {
      if (madeAt >= now - KEPT_MS) break;
      this.#recent.delete(itemId);
    }
  }
}
