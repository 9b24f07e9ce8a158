import { minorUnitsPerCent } from './currency-worth.ts';

/** The currency of a price: its ISO 4217 code and the digits of its minor unit, undefined when it is no longer in use. */
export interface PricedIn {
  readonly currency: string;
  readonly currencyDigits: number | undefined;
}

/** The increment that applies to prices below `below`, in about US cents. */
interface Tier {
  readonly below: bigint;
  readonly increment: bigint;
}

// Below 100.00: 0.05 up to 0.99, 0.25 up to 4.99, 0.50 up to 24.99, 1 up to 99.99.
const lowest: readonly Tier[] = [
  { below: 100n, increment: 5n },
  { below: 500n, increment: 25n },
  { below: 2_500n, increment: 50n },
  { below: 10_000n, increment: 100n },
];

/** The largest amount of a bid; the field rules of PlaceBid in bids.proto refuse more. */
export const LARGEST_BID = 1_000_000_000_000n;

/**
 * The smallest amount that the next bid must add to a price; the price selects it. Each currency has the same increments by worth:
 * those in US cents, times the power of ten of its minor units that comes nearest to a cent.
 */
export function incrementAt(price: bigint, { currency, currencyDigits }: PricedIn): bigint {
  const unit = minorUnitsPerCent(currency, currencyDigits ?? 2);
  return centsAt(price / unit) * unit;
}

// From 100.00 on in the rhythm 2.50, 5, 10, and ten times as much for each further digit, without an end.
function centsAt(price: bigint): bigint {
  const low = lowest.find(({ below }) => price < below);
  if (low) return low.increment;
  let scale = 10n;
  while (price >= scale * 10_000n) scale *= 10n;
  if (price < scale * 2_500n) return scale * 25n;
  return price < scale * 5_000n ? scale * 50n : scale * 100n;
}

/**
 * The smallest amount of the next bid: the start price while there are no bids, then the price plus one increment. The last step
 * may be smaller than an increment, so that LARGEST_BID can always be bid. Undefined once the price is LARGEST_BID: no bid can be
 * higher, so the bid that reached it first keeps the lead.
 */
export function minimumNextBid(
  current: bigint | undefined,
  startPrice: bigint,
  currency: PricedIn,
): bigint | undefined {
  if (current === undefined) return startPrice;
  if (current >= LARGEST_BID) return undefined;
  const next = current + incrementAt(current, currency);
  return next < LARGEST_BID ? next : LARGEST_BID;
}
