import { type Counted, intervalOf, keyOf } from './rate-rule.ts';

/** More keys than a busy minute needs. Beyond it, counts without effect are removed first, then the oldest. */
const MOST_KEYS = 100_000;

/** Times are in microseconds. */
interface Count {
  /** Token bucket: the time until which the allowance is used up. Fixed window: the end of the window. */
  readonly until: number;
  /** Fixed window: how often it was used. */
  readonly used: number;
}

/** The counts of one process, by the same rules as the script in rate-limiter.ts. Times are microseconds of one clock. */
export class LocalCounts {
  readonly #counts = new Map<string, Count>();

  /** Counts one use of each, or of none if any rule refuses. Returns the microseconds to wait; 0 when counted. */
  take(counts: readonly Counted[], now: number): number {
    const wait = this.check(counts, now);
    if (wait > 0) return wait;
    if (this.#counts.size > MOST_KEYS) this.#prune(now);
    for (const counted of counts) this.#counts.set(keyOf('', counted), this.#next(counted, now));
    return 0;
  }

  /** The microseconds to wait before `take` counts. */
  check(counts: readonly Counted[], now: number): number {
    return Math.max(0, ...counts.map((counted) => this.#wait(counted, now)));
  }

  reset(counts: readonly Counted[]): void {
    for (const counted of counts) this.#counts.delete(keyOf('', counted));
  }

  #read(counted: Counted, now: number): Count {
    const count = this.#counts.get(keyOf('', counted));
    return count && count.until > now ? count : { until: now, used: 0 };
  }

  #wait(counted: Counted, now: number): number {
    const { rule } = counted;
    const { until, used } = this.#read(counted, now);
    if (rule.algorithm === 'fixed window') return used >= rule.limit ? until - now : 0;
    return until - intervalOf(rule) * (rule.limit - 1) - now;
  }

  #next(counted: Counted, now: number): Count {
    const { rule } = counted;
    const { until, used } = this.#read(counted, now);
    if (rule.algorithm !== 'fixed window') return { until: until + intervalOf(rule), used: 0 };
    return { until: used === 0 ? now + rule.seconds * 1_000_000 : until, used: used + 1 };
  }

  #prune(now: number): void {
    for (const [key, { until }] of this.#counts) if (until <= now) this.#counts.delete(key);
    // All of them are in use, for example by a hundred thousand addresses. A Map is in order of insertion.
    for (const key of this.#counts.keys()) {
      if (this.#counts.size <= MOST_KEYS / 2) break;
      this.#counts.delete(key);
    }
  }
}
