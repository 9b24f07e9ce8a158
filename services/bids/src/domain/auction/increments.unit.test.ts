import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { incrementAt, LARGEST_BID, minimumNextBid, type PricedIn } from './increments.ts';

const USD: PricedIn = { currency: 'USD', currencyDigits: 2 };
const priced = (currency: string, currencyDigits: number | undefined): PricedIn => ({
  currency,
  currencyDigits,
});
const currencies = [
  USD,
  priced('JPY', 0),
  priced('KWD', 3),
  priced('CLF', 4),
  priced('IDR', 2),
  priced('IRR', 2),
];

describe('the increment above a price', () => {
  it.each([
    [1n, 5n],
    [99n, 5n],
    [100n, 25n],
    [499n, 25n],
    [500n, 50n],
    [2_499n, 50n],
    [2_500n, 100n],
    [9_999n, 100n],
    [10_000n, 250n],
    [24_999n, 250n],
    [25_000n, 500n],
    [49_999n, 500n],
    [50_000n, 1_000n],
    [99_999n, 1_000n],
    [100_000n, 2_500n],
    [249_999n, 2_500n],
    [250_000n, 5_000n],
    [499_999n, 5_000n],
    [500_000n, 10_000n],
    [999_999n, 10_000n],
    [1_000_000n, 25_000n],
    [2_500_000n, 50_000n],
    [5_000_000n, 100_000n],
    [10_000_000n, 250_000n],
    [100_000_000_000n, 2_500_000_000n],
    [999_999_999_999n, 10_000_000_000n],
  ])('of %s cents is %s cents', (price, increment) => {
    expect(incrementAt(price, USD)).toBe(increment);
  });

  it.each([
    // Each price is worth about ten dollars or, for the last three, about a thousand.
    ['JPY', 0, 1_500n, 50n],
    ['KRW', 0, 15_000n, 500n],
    ['VND', 0, 240_000n, 5_000n],
    ['ISK', 0, 1_300n, 50n],
    ['CLP', 0, 9_500n, 500n],
    ['IDR', 2, 10_000_000n, 500_000n],
    ['COP', 2, 4_000_000n, 250_000n],
    ['HUF', 2, 350_000n, 25_000n],
    ['LBP', 2, 90_000_000n, 5_000_000n],
    ['IRR', 2, 1_000_000_000n, 50_000_000n],
    ['IQD', 3, 13_100_000n, 500_000n],
    ['KWD', 3, 3_000n, 250n],
    ['CLF', 4, 2_500n, 100n],
    ['IDR', 2, 1_600_000_000n, 25_000_000n],
    ['KRW', 0, 1_400_000n, 25_000n],
    ['KWD', 3, 310_000n, 5_000n],
  ])('follows the worth: in %s with %s digits at %s it is %s', (currency, digits, price, increment) => {
    expect(incrementAt(price, priced(currency, digits))).toBe(increment);
  });

  it('is the one of the house for a currency without an own entry, and for a withdrawn one', () => {
    expect(incrementAt(500n, priced('EUR', 2))).toBe(50n);
    expect(incrementAt(5_000n, priced('BHD', 3))).toBe(500n);
    expect(incrementAt(500n, priced('BGN', undefined))).toBe(50n);
  });

  it('is from 100.00 on between a hundredth and a fortieth of the price, at any height', () => {
    fc.assert(
      fc.property(fc.bigInt(10_000n, 10n ** 18n), (price) => {
        const increment = incrementAt(price, USD);
        expect(increment * 100n > price).toBe(true);
        expect(increment * 40n <= price).toBe(true);
      }),
    );
  });

  it('never allows a lower bid at a higher price', () => {
    const price = fc.bigInt(1n, 2_000_000n);
    fc.assert(
      fc.property(price, price, fc.constantFrom(...currencies), (a, b, currency) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const [lower, higher] = [minimumNextBid(low, 1n, currency), minimumNextBid(high, 1n, currency)];
        expect(lower !== undefined && higher !== undefined && lower <= higher).toBe(true);
      }),
    );
  });

  it('applies after the start price, which is the first minimum', () => {
    expect(minimumNextBid(undefined, 123n, USD)).toBe(123n);
    expect(minimumNextBid(123n, 123n, USD)).toBe(148n);
  });

  it('leaves room for a bid of the largest amount until that amount is bid', () => {
    for (const currency of currencies) {
      expect(minimumNextBid(LARGEST_BID - 1n, 1n, currency)).toBe(LARGEST_BID);
      expect(minimumNextBid(LARGEST_BID, 1n, currency)).toBeUndefined();
      const price = fc.bigInt(1n, LARGEST_BID - 1n);
      fc.assert(
        fc.property(price, (current) => {
          const next = minimumNextBid(current, 1n, currency) ?? 0n;
          expect(next > current && next <= LARGEST_BID).toBe(true);
        }),
      );
    }
  });
});
