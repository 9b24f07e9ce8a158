/** The price after a bid, as sent to open pages. Amounts are minor units as decimal text, because JSON numbers lose digits. */
export interface PriceUpdate {
  currentHighestBid: string;
  minimumNextBid: string;
  /** Number of accepted bids. It grows with every update, so a page can ignore an older update. */
  bidCount: number;
}

/** Names of the server-sent events: a new price, or a change for which the page must be rendered again. */
export const liveEvent = { price: 'price', changed: 'changed' } as const;

/** Reads a price update from an event's data; undefined when the data is anything else. */
export function readPriceUpdate(data: unknown): PriceUpdate | undefined {
  if (typeof data !== 'string') return undefined;
  const value: unknown = JSON.parse(data);
  if (typeof value !== 'object' || value === null) return undefined;
  const { currentHighestBid, minimumNextBid, bidCount } = value as Record<string, unknown>;
  const amounts = [currentHighestBid, minimumNextBid];
  if (!amounts.every((amount) => typeof amount === 'string' && /^\d+$/.test(amount))) return undefined;
  if (typeof bidCount !== 'number' || !Number.isSafeInteger(bidCount)) return undefined;
  return { currentHighestBid: String(currentHighestBid), minimumNextBid: String(minimumNextBid), bidCount };
}
