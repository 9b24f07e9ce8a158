/** The part of an accepted bid that statistics use. */
export interface Bid {
  readonly userId: string;
  /** Minor units. */
  readonly amount: bigint;
  readonly placedAt: Date;
}

/** What a batch adds to one person's totals. */
export interface UserTotals {
  readonly userId: string;
  readonly bids: bigint;
  readonly amount: bigint;
  readonly lastBidAt: Date;
}

/**
 * Sums bids per person, so that a batch writes one row per person. Ordered by person: two transactions that change the same
 * people take their row locks in the same order and cannot deadlock.
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
