/** Terms of a demo auction beyond its start price and end. Amounts are minor units of its currency. */
export interface DemoTerms {
  readonly reservePrice?: bigint;
  readonly buyNowPrice?: bigint;
  /** A bid in this number of last seconds moves the end. */
  readonly softCloseSeconds?: number;
  /** Hours from the seeding until bidding begins. Default: 0. */
  readonly startsInHours?: number;
  /** The catalogue's first bidder bids up to this instead. */
  readonly firstMaximum?: bigint;
}

/** By the auction's title: one example of each rule, so that the demo shows them all. */
export const demoTerms: Readonly<Record<string, DemoTerms>> = {
  'Leica IIIf rangefinder, 1951': { softCloseSeconds: 120 },
  'Rolleiflex 3.5F twin-lens': { reservePrice: 150_000n },
  'Folding plate camera': { buyNowPrice: 36_000n },
  'Carriage clock with repeater': { reservePrice: 40_000n, firstMaximum: 65_000n },
  'Station clock, double-faced': { startsInHours: 48 },
  'Steel touring bicycle, 57 cm': { firstMaximum: 60_000n, softCloseSeconds: 300 },
  'Harbour at dusk, oil on canvas': { buyNowPrice: 300_000n, reservePrice: 130_000n, softCloseSeconds: 300 },
};
