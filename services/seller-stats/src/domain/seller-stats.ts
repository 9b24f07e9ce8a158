/** How one seller's auctions ended. */
export interface SellerStats {
  readonly sellerId: string;
  readonly soldCount: bigint;
  readonly unsoldCount: bigint;
  /** In the order of the currencies' codes. */
  readonly totals: readonly CurrencyTotal[];
}

/** The total of a seller's sold items in one currency. */
export interface CurrencyTotal {
  /** ISO 4217. */
  readonly currency: string;
  /** Minor units. */
  readonly amount: bigint;
}

/** The statistics of a person none of whose auctions has ended: zeros, not an error. */
export function withoutAuctions(sellerId: string): SellerStats {
  return { sellerId, soldCount: 0n, unsoldCount: 0n, totals: [] };
}
