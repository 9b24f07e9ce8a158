/**
 * So many in so many seconds: all of them at once if need be, then one each `seconds / limit`. The generic cell rate
 * algorithm: a key holds one moment, the one until which its allowance is used up.
 */
export interface RateRule {
  /** Part of the key that is counted under. */
  readonly name: string;
  readonly limit: number;
  readonly seconds: number;
}

/** One count: by a rule, for a user or an address. */
export interface Counted {
  readonly rule: RateRule;
  readonly who: string;
}

/** Microseconds that one of them uses up. */
export function intervalOf({ limit, seconds }: RateRule): number {
  return (seconds * 1_000_000) / limit;
}

/** The key of one count, under a prefix. */
export function keyOf(prefix: string, { rule, who }: Counted): string {
  return `${prefix}rate:${rule.name}:${who}`;
}
