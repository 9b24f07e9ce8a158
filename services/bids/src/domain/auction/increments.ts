// ISO 4217, list one: the active codes, grouped by the number of digits after the decimal point ("minor unit"). Codes without a
// minor unit (metals, testing codes) are left out.
const codesByExponent: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY
    COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR
    MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
    STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const exponents: ReadonlyMap<string, number> = new Map(
  Object.entries(codesByExponent).flatMap(([exponent, codes]) =>
    codes.split(/\s+/).map((code): [string, number] => [code, Number(exponent)]),
  ),
);

/** The number of digits after the decimal point in amounts of a currency; undefined for a code that is not in use. */
export function currencyExponent(code: string): number | undefined {
  return exponents.get(code);
}

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

/**
 * The smallest amount that the next bid must add to a price. Both are minor units of `currency`; the price selects the tier.
 * Codes that are no longer in use have the increments of two-digit currencies.
 */
export function incrementAt(price: bigint, currency: string): bigint {
  const table = tables[currencyExponent(currency) ?? 2] ?? inHundredths;
  return table.tiers.find(({ below }) => price < below)?.increment ?? table.increment;
}

/** The smallest amount of the next bid: the start price while there are no bids, then the price plus one increment. */
export function minimumNextBid(current: bigint | undefined, startPrice: bigint, currency: string): bigint {
  return current === undefined ? startPrice : current + incrementAt(current, currency);
}
