/** At most `limit` per `seconds`. */
export interface RateRule {
  /** Part of the key. */
  readonly name: string;
  readonly limit: number;
  readonly seconds: number;
  /**
   * How used-up allowance is restored. Token bucket (default): one after each `seconds / limit`. Fixed window: all of it,
   * `seconds` after the first use.
   */
  readonly algorithm?: 'token bucket' | 'fixed window';
}

/** What is counted: one use of a rule by a user, an address, or the like. */
export interface Counted {
  readonly rule: RateRule;
  readonly who: string;
}

/** The microseconds after which a token bucket gets back one use. */
export function intervalOf({ limit, seconds }: RateRule): number {
  return (seconds * 1_000_000) / limit;
}

/** The key of a count. */
export function keyOf(prefix: string, { rule, who }: Counted): string {
  return `${prefix}rate:${rule.name}:${who}`;
}
