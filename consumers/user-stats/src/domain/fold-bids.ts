/** The fields of one accepted bid that the statistics need. */
export interface Bid {
  readonly userId: string;
  /** Minor units. */
  readonly amount: bigint;
  /** ISO 4217. */
  readonly currency: string;
  readonly placedAt: Date;
}

/** What a batch of bids adds to one person's totals. */
export interface UserTotals {
  readonly userId: string;
  readonly bids: bigint;
  /** Minor units of all currencies together: clients of the first contract read this sum. */
  readonly amount: bigint;
  readonly lastBidAt: Date;
}

/** What a batch of bids adds to one person's totals in one currency. */
export interface CurrencyTotals {
  readonly userId: string;
  readonly currency: string;
  readonly bids: bigint;
  /** Minor units. */
  readonly amount: bigint;
}

/**
 * Sums bids per person, and per person and currency, so that a batch costs one row each however many bids it holds. Both are
 * ordered: two transactions that change the same rows take their locks in the same order and cannot deadlock.
 */
export function foldBids(bids: readonly Bid[]): {
  readonly totals: readonly UserTotals[];
  readonly perCurrency: readonly CurrencyTotals[];
} {
  const totals = new Map<string, UserTotals>();
  const perCurrency = new Map<string, CurrencyTotals>();
  for (const { userId, amount, currency, placedAt } of bids) {
    const sum = totals.get(userId);
    totals.set(userId, {
      userId,
      bids: (sum?.bids ?? 0n) + 1n,
      amount: (sum?.amount ?? 0n) + amount,
      lastBidAt: sum !== undefined && sum.lastBidAt > placedAt ? sum.lastBidAt : placedAt,
    });
    const key = `${userId} ${currency}`;
    const own = perCurrency.get(key);
    perCurrency.set(key, {
      userId,
      currency,
      bids: (own?.bids ?? 0n) + 1n,
      amount: (own?.amount ?? 0n) + amount,
    });
  }
  return { totals: sorted(totals), perCurrency: sorted(perCurrency) };
}

function sorted<T>(rows: ReadonlyMap<string, T>): T[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
