/** Totals of one user's bids. */
export interface UserStats {
  readonly userId: string;
  readonly totalBids: bigint;
  /** Minor units. */
  readonly totalAmount: bigint;
  /** When the latest bid was placed; undefined for a user without bids. */
  readonly lastBidAt: Date | undefined;
}

/** The totals of a user without bids: zeros, not an error. */
export function withoutBids(userId: string): UserStats {
  return { userId, totalBids: 0n, totalAmount: 0n, lastBidAt: undefined };
}
