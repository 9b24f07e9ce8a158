import { type Counted, intervalOf, keyOf } from './rate-rule.ts';

/** More keys than a busy minute needs. Beyond it, counts without effect are removed first, then the oldest. */
const MOST_KEYS = 100_000;

interface Count {
  /** Token bucket: the time until which the allowance is used up. Fixed window: the end of the window. In microseconds. */
  readonly until: number;
  /** Fixed window: how often it was used. */
  readonly used: number;
}

/** The counts of one process. `now` is a time in microseconds, always of the same clock. */
export interface LocalCounts {
  /** Counts one use of each, or of none if any rule refuses. Returns the microseconds to wait; 0 when counted. */
  take(counts: readonly Counted[], now: number): number;
  /** The microseconds to wait before `take` counts; 0 when it would count now. Counts nothing. */
  check(counts: readonly Counted[], now: number): number;
  /** Removes what has been counted. */
  reset(counts: readonly Counted[]): void;
}

/** Counts by the same rules as the script in rate-limiter.ts. */
export function createLocalCounts(): LocalCounts {
  const stored = new Map<string, Count>();

  const read = (counted: Counted, now: number): Count => {
    const count = stored.get(keyOf('', counted));
    return count && count.until > now ? count : { until: now, used: 0 };
  };
  const check: LocalCounts['check'] = (counts, now) =>
    Math.max(0, ...counts.map((counted) => waitFor(counted, read(counted, now), now)));

  return {
    check,
    take(counts, now) {
      const wait = check(counts, now);
      if (wait > 0) return wait;
      if (stored.size > MOST_KEYS) prune(stored, now);
      for (const counted of counts)
        stored.set(keyOf('', counted), afterOneMore(counted, read(counted, now), now));
      return 0;
    },
    reset(counts) {
      for (const counted of counts) stored.delete(keyOf('', counted));
    },
  };
}

function waitFor({ rule }: Counted, { until, used }: Count, now: number): number {
  if (rule.algorithm === 'fixed window') return used >= rule.limit ? until - now : 0;
  return until - intervalOf(rule) * (rule.limit - 1) - now;
}

function afterOneMore({ rule }: Counted, { until, used }: Count, now: number): Count {
  if (rule.algorithm !== 'fixed window') return { until: until + intervalOf(rule), used: 0 };
  return { until: used === 0 ? now + rule.seconds * 1_000_000 : until, used: used + 1 };
}

function prune(stored: Map<string, Count>, now: number): void {
  for (const [key, { until }] of stored) if (until <= now) stored.delete(key);
  // All of them are in use, for example by a hundred thousand addresses. A Map is in order of insertion.
  for (const key of stored.keys()) {
    if (stored.size <= MOST_KEYS / 2) break;
    stored.delete(key);
  }
}
