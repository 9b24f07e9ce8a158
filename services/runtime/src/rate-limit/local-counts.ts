import { type Counted, intervalOf, keyOf } from './rate-rule.ts';

/** More than a busy minute brings; beyond it the used-up ones go first. */
const MOST_KEYS = 100_000;

/** The counts of this process alone, by the same rules as those in Redis. Times are microseconds of one clock. */
export class LocalCounts {
  readonly #usedUntil = new Map<string, number>();

  /** Counts one of each, or none when one of the rules refuses; resolves to the microseconds to wait, 0 for none. */
  take(counts: readonly Counted[], now: number): number {
    let wait = 0;
    const next: [key: string, usedUntil: number][] = [];
    for (const counted of counts) {
      const interval = intervalOf(counted.rule);
      const key = keyOf('', counted);
      const usedUntil = Math.max(this.#usedUntil.get(key) ?? now, now);
      wait = Math.max(wait, usedUntil - interval * (counted.rule.limit - 1) - now);
      next.push([key, usedUntil + interval]);
    }
    if (wait > 0) return wait;
    if (this.#usedUntil.size > MOST_KEYS) this.#forget(now);
    for (const [key, usedUntil] of next) this.#usedUntil.set(key, usedUntil);
    return 0;
  }

  #forget(now: number): void {
    for (const [key, usedUntil] of this.#usedUntil) if (usedUntil <= now) this.#usedUntil.delete(key);
    // All of them in use: strangers by the hundred thousand. The oldest go, in the order in which they came.
    for (const key of this.#usedUntil.keys()) {
      if (this.#usedUntil.size <= MOST_KEYS / 2) break;
      this.#usedUntil.delete(key);
    }
  }
}
