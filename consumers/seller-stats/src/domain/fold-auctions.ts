/** An auction that ended, as far as statistics go. */
export interface EndedAuction {
  readonly sellerId: string;
  /** Undefined when the item was not sold: nobody bid, or all bids were below the reserve price. */
  readonly sale: Sale | undefined;
}

export interface Sale {
  /** ISO 4217. */
  readonly currency: string;
  /** Minor units. */
  readonly amount: bigint;
}

/** What a batch of auctions adds to one seller's counts. */
export interface SellerCounts {
  readonly sellerId: string;
  readonly sold: bigint;
  readonly unsold: bigint;
}

/** What a batch of auctions adds to one seller's total in one currency. */
export interface SellerTotal extends Sale {
  readonly sellerId: string;
}

/**
 * Sums auctions per seller, and sales per seller and currency. Sums do not depend on the order of events. Both lists are
 * ordered, so that two transactions that change the same rows lock them in the same order and cannot deadlock.
 */
export function foldAuctions(auctions: readonly EndedAuction[]): {
  readonly counts: readonly SellerCounts[];
  readonly totals: readonly SellerTotal[];
} {
  const counts = new Map<string, SellerCounts>();
  const totals = new Map<string, SellerTotal>();
  for (const { sellerId, sale } of auctions) {
    const { sold, unsold } = counts.get(sellerId) ?? { sold: 0n, unsold: 0n };
    counts.set(
      sellerId,
      sale ? { sellerId, sold: sold + 1n, unsold } : { sellerId, sold, unsold: unsold + 1n },
    );
    if (!sale) continue;
    const { currency, amount } = sale;
    const key = `${sellerId} ${currency}`;
    totals.set(key, { sellerId, currency, amount: (totals.get(key)?.amount ?? 0n) + amount });
  }
  return { counts: inKeyOrder(counts), totals: inKeyOrder(totals) };
}

function inKeyOrder<T>(rows: ReadonlyMap<string, T>): T[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
