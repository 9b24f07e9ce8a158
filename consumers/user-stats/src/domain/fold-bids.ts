/** One accepted bid, as far as statistics go. */
export interface Bid {
  readonly userId: string;
  /** Minor units. */
  readonly amount: bigint;
  readonly placedAt: Date;
}

/** What a batch of bids adds to one person's totals. */
export interface UserTotals {
  readonly userId: string;
  readonly bids: bigint;
  readonly amount: bigint;
  readonly lastBidAt: Date;
}

/**
 * Sums bids per person, so that a batch costs one row each however many bids it holds. Ordered by person: two
 * transactions that touch the same people take their row locks in the same order and cannot deadlock.
 */
export function foldBids(bids: readonly Bid[]): UserTotals[] {
  const totals = new Map<string, UserTotals>();
  for (const { userId, amount, placedAt } of bids) {
    const sum = totals.get(userId);
    totals.set(userId, {
      userId,
      bids: (sum?.bids ?? 0n) + 1n,
      amount: (sum?.amount ?? 0n) + amount,
      lastBidAt: sum !== undefined && sum.lastBidAt > placedAt ? sum.lastBidAt : placedAt,
    });
  }
  return [...totals.values()].sort((a, b) => (a.userId < b.userId ? -1 : 1));
}
