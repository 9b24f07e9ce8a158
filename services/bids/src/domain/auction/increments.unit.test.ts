import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { incrementAt, LARGEST_BID, minimumNextBid } from './increments.ts';

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
    expect(incrementAt(price, 2)).toBe(increment);
  });

  it('depends on the digits of the currency', () => {
    expect(incrementAt(500n, 0)).toBe(50n);
    expect(incrementAt(5_000n, 3)).toBe(500n);
    expect(incrementAt(50_000n, 4)).toBe(5_000n);
    expect(incrementAt(500n, undefined)).toBe(50n);
  });

  it('never allows a lower bid at a higher price', () => {
    const price = fc.bigInt(1n, 2_000_000n);
    fc.assert(
      fc.property(price, price, fc.constantFrom(0, 2, 3, 4), (a, b, digits) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const [lower, higher] = [minimumNextBid(low, 1n, digits), minimumNextBid(high, 1n, digits)];
        expect(lower !== undefined && higher !== undefined && lower <= higher).toBe(true);
      }),
    );
  });

  it('applies after the start price, which is the first minimum', () => {
    expect(minimumNextBid(undefined, 123n, 2)).toBe(123n);
    expect(minimumNextBid(123n, 123n, 2)).toBe(148n);
  });

  it('leaves room for a bid of the largest amount until that amount is bid', () => {
    for (const digits of [0, 2, 3, 4]) {
      expect(minimumNextBid(LARGEST_BID - 1n, 1n, digits)).toBe(LARGEST_BID);
      expect(minimumNextBid(LARGEST_BID, 1n, digits)).toBeUndefined();
      const price = fc.bigInt(1n, LARGEST_BID - 1n);
      fc.assert(
        fc.property(price, (current) => {
          const next = minimumNextBid(current, 1n, digits) ?? 0n;
          expect(next > current && next <= LARGEST_BID).toBe(true);
        }),
      );
    }
  });
});
