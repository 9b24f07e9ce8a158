/** The increment that applies to prices below `below`; minor units. */
interface Tier {
  readonly below: bigint;
  readonly increment: bigint;
}

interface IncrementTable {
  readonly tiers: readonly Tier[];
  /** Applies above the last tier. */
  readonly increment: bigint;
}

// For currencies with two digits: 0.05 up to 0.99, 0.25 up to 4.99 … 50 up to 4,999.99, then 100.
const inHundredths: IncrementTable = {
  tiers: [
    { below: 100n, increment: 5n },
    { below: 500n, increment: 25n },
    { below: 2_500n, increment: 50n },
    { below: 10_000n, increment: 100n },
    { below: 25_000n, increment: 250n },
    { below: 50_000n, increment: 500n },
    { below: 100_000n, increment: 1_000n },
    { below: 250_000n, increment: 2_500n },
    { below: 500_000n, increment: 5_000n },
  ],
  increment: 10_000n,
};

function times(factor: bigint): IncrementTable {
  return {
    tiers: inHundredths.tiers.map(({ below, increment }) => ({
      below: below * factor,
      increment: increment * factor,
    })),
    increment: inHundredths.increment * factor,
  };
}

// A currency without minor units uses the same numbers, because a yen is worth about a cent. Each digit beyond two multiplies
// them by ten.
const tables: Readonly<Record<number, IncrementTable>> = {
  0: inHundredths,
  2: inHundredths,
  3: times(10n),
  4: times(100n),
};

/** The largest amount of a bid; the field rules of PlaceBid in bids.proto refuse more. */
export const LARGEST_BID = 1_000_000_000_000n;

/**
 * The smallest amount that the next bid must add to a price; the price selects the tier. `digits`: those of the currency's minor
 * unit. A currency that is no longer in use has none, and the increments of two digits.
 */
export function incrementAt(price: bigint, digits: number | undefined): bigint {
  const table = tables[digits ?? 2] ?? inHundredths;
  return table.tiers.find(({ below }) => price < below)?.increment ?? table.increment;
}

/**
 * The smallest amount of the next bid: the start price while there are no bids, then the price plus one increment. The last step
 * may be smaller than an increment, so that LARGEST_BID can always be bid. Undefined once the price is LARGEST_BID: no bid can be
 * higher, so the bid that reached it first keeps the lead.
 */
export function minimumNextBid(
  current: bigint | undefined,
  startPrice: bigint,
  digits: number | undefined,
): bigint | undefined {
  if (current === undefined) return startPrice;
  if (current >= LARGEST_BID) return undefined;
  const next = current + incrementAt(current, digits);
  return next < LARGEST_BID ? next : LARGEST_BID;
}
