/** What one person has done. */
export interface UserStats {
  readonly userId: string;
  readonly totalBids: bigint;
  /** Minor units. */
  readonly totalAmount: bigint;
  /** When the newest bid was placed; undefined for a person without bids. */
  readonly lastBidAt: Date | undefined;
}

/** A person who has not bid yet: that is a state like any other, not an error. */
export function withoutBids(userId: string): UserStats {
  return { userId, totalBids: 0n, totalAmount: 0n, lastBidAt: undefined };
}
