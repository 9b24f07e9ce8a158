/** What an open page is told of a bid. Amounts are minor units in decimal, because JSON numbers lose digits. */
export interface PriceUpdate {
  currentHighestBid: string;
  minimumNextBid: string;
  /** Accepted bids; grows with every update, so an older one is recognised and dropped. */
  bidCount: number;
}

/** Names of the server-sent events: a new price, or a change that needs the page again (edited, cancelled, closed). */
export const liveEvent = { price: 'price', changed: 'changed' } as const;

/** A price update from an event's data, or undefined for anything else. */
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
