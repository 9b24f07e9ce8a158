import type { DatabaseClock } from './database-clock.ts';

/** Entries older than a second are not used by anybody, so a mark is not needed for longer. */
const KEPT_MS = 2_000;
const MOST_PENDING = 10_000;

interface Mark {
  /** By the steady clock. */
  readonly toldAt: number;
  /** By the database's, as late as it may be; undefined when it was not known: then no entry is good as long as it is kept. */
  readonly changedAt: number | undefined;
}

/**
 * Which items this process has changed lately, and when: known here at once, and told to the other processes through Redis, all
 * that have come up meanwhile in one call. If that call fails they find out by the age of what they have.
 */
export class ChangeMarks {
  readonly #clock: DatabaseClock;
  readonly #tell: (moments: ReadonlyMap<string, number>) => Promise<unknown>;
  readonly #marks = new Map<string, Mark>();
  #pending = new Map<string, number>();
  #telling = false;

  /** `tell` must not reject. */
  constructor(clock: DatabaseClock, tell: (moments: ReadonlyMap<string, number>) => Promise<unknown>) {
    this.#clock = clock;
    this.#tell = tell;
  }

  mark(itemId: string): void {
    const toldAt = this.#clock.steady();
    const reading = this.#clock.read();
    const changedAt = reading && Math.ceil(reading.now + reading.offBy);
    this.#forget(toldAt);
    this.#marks.delete(itemId);
    this.#marks.set(itemId, { toldAt, changedAt });
    if (changedAt === undefined || this.#pending.size >= MOST_PENDING) return;
    this.#pending.set(itemId, changedAt);
    if (!this.#telling) void this.#tellAll();
  }

  /** The moment of the database's clock that an entry must not be older than. */
  changedAt(itemId: string): number {
    const mark = this.#marks.get(itemId);
    if (mark === undefined || mark.toldAt < this.#clock.steady() - KEPT_MS) return Number.NEGATIVE_INFINITY;
    return mark.changedAt ?? Number.POSITIVE_INFINITY;
  }

  /** The moment of the steady clock that a look at the item must not have begun before. */
  toldAt(itemId: string): number {
    return this.#marks.get(itemId)?.toldAt ?? Number.NEGATIVE_INFINITY;
  }

  async #tellAll(): Promise<void> {
    this.#telling = true;
    while (this.#pending.size > 0) {
      const moments = this.#pending;
      this.#pending = new Map();
      await this.#tell(moments);
    }
    this.#telling = false;
  }

  // Marks lie in the order of their time.
  #forget(now: number): void {
    for (const [itemId, { toldAt }] of this.#marks) {
      if (toldAt >= now - KEPT_MS) break;
      this.#marks.delete(itemId);
    }
  }
}
