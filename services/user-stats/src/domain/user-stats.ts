/** Totals of one user's bids. */
export interface UserStats {
  readonly userId: string;
  readonly totalBids: bigint;
  /** Minor units of all currencies together: for clients of the first contract. */
  readonly totalAmount: bigint;
  /** When the latest bid was placed; undefined for a user without bids. */
  readonly lastBidAt: Date | undefined;
  /** In the order of the currencies' codes. */
  readonly totals: readonly CurrencyTotal[];
}

/** A user's bids in one currency. */
export interface CurrencyTotal {
  /** ISO 4217. */
  readonly currency: string;
  readonly bids: bigint;
  /** Minor units. */
  readonly amount: bigint;
}

/** The totals of a user without bids: zeros, not an error. */
export function withoutBids(userId: string): UserStats {
  return { userId, totalBids: 0n, totalAmount: 0n, lastBidAt: undefined, totals: [] };
}
