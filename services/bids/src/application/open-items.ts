/** The orders of a list of open auctions. Ties are broken by id, in the same direction. */
export type ItemOrder = 'endingSoon' | 'newest' | 'priceLow' | 'priceHigh' | 'mostBids' | 'relevance';

/** Which open auctions, in which order. What is undefined does not matter. Prices are minor units of `currency`. */
export interface OpenItemsFilter {
  /** Those whose start is still to come, instead of those that take bids now. */
  readonly scheduled: boolean;
  /** This category and those below it. */
  readonly category: string | undefined;
  /** As one would type into a web search. */
  readonly words: string | undefined;
  readonly currency: string | undefined;
  /** Bounds of the smallest next bid, both included. */
  readonly minPrice: bigint | undefined;
  readonly maxPrice: bigint | undefined;
  readonly endingWithinSeconds: number | undefined;
  readonly order: ItemOrder;
}

/** Where a page ended. */
export interface OpenItemsPosition {
  /** The last item's value of what the list is sorted by: ISO 8601 for times, digits for counts and minor units. */
  readonly key: string;
  readonly id: string;
  /** When the first page was read. */
  readonly since: Date;
}
