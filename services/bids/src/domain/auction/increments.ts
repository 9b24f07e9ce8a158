import { currencyExponent } from '../currency.ts';

/** The step that is due while the price is below `below`; minor units. */
interface Tier {
  readonly below: bigint;
  readonly increment: bigint;
}

interface IncrementTable {
  readonly tiers: readonly Tier[];
  /** Above the last tier. */
  readonly increment: bigint;
}

// In hundredths: 0.05 up to 0.99, 0.25 up to 4.99 … 50 up to 4,999.99, then 100.
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

// A currency without minor units takes the numbers as they are: a yen is about a cent. More digits, more zeros.
const tables: Readonly<Record<number, IncrementTable>> = {
  0: inHundredths,
  2: inHundredths,
  3: times(10n),
  4: times(100n),
};

/**
 * What the next bid must add to a price, at least. Both in minor units of `currency`; the tier is the price's own. Codes
 * that have gone out of use step as those with two digits do.
 */
export function incrementAt(price: bigint, currency: string): bigint {
  const table = tables[currencyExponent(currency) ?? 2] ?? inHundredths;
  return table.tiers.find(({ below }) => price < below)?.increment ?? table.increment;
}

/** The smallest amount that the next bid may have: the start price while nobody has bid, then a step above the price. */
export function minimumNextBid(current: bigint | undefined, startPrice: bigint, currency: string): bigint {
  return current === undefined ? startPrice : current + incrementAt(current, currency);
}
