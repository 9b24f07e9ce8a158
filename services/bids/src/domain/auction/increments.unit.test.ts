import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currencyExponent, incrementAt, minimumNextBid } from './increments.ts';

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
    [999_999_999_999n, 10_000n],
  ])('of %s cents is %s cents', (price, increment) => {
    expect(incrementAt(price, 'USD')).toBe(increment);
    expect(incrementAt(price, 'EUR')).toBe(increment);
  });

  it('depends on the digits of the currency', () => {
    expect(incrementAt(500n, 'JPY')).toBe(50n);
    expect(incrementAt(5_000n, 'KWD')).toBe(500n);
    expect(incrementAt(50_000n, 'CLF')).toBe(5_000n);
    expect(incrementAt(500n, 'DEM')).toBe(50n);
  });

  it('never allows a lower bid at a higher price', () => {
    const price = fc.bigInt(1n, 2_000_000n);
    fc.assert(
      fc.property(price, price, fc.constantFrom('USD', 'JPY', 'KWD'), (a, b, currency) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(minimumNextBid(low, 1n, currency) <= minimumNextBid(high, 1n, currency)).toBe(true);
      }),
    );
  });

  it('applies after the start price, which is the first minimum', () => {
    expect(minimumNextBid(undefined, 123n, 'USD')).toBe(123n);
    expect(minimumNextBid(123n, 123n, 'USD')).toBe(148n);
  });
});

describe('a currency', () => {
  it.each([
    ['USD', 2],
    ['EUR', 2],
    ['JPY', 0],
    ['KRW', 0],
    ['ISK', 0],
    ['KWD', 3],
    ['TND', 3],
    ['CLF', 4],
    ['HUF', 2],
  ])('%s has %s digits', (code, digits) => expect(currencyExponent(code)).toBe(digits));

  it.each(['ABC', 'usd', 'DEM', 'HRK', 'XAU', 'XXX', 'XTS', '', 'USDX', 'toString'])(
    '%s is not a currency for payments',
    (code) => expect(currencyExponent(code)).toBeUndefined(),
  );
});
