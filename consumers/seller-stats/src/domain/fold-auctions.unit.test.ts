import { expect, it } from 'vitest';
import { foldAuctions } from './fold-auctions.ts';

const sold = (sellerId: string, currency: string, amount: bigint) => ({
  sellerId,
  sale: { currency, amount },
});
const unsold = (sellerId: string) => ({ sellerId, sale: undefined });

const auctions = [
  sold('b', 'USD', 5n),
  unsold('a'),
  sold('b', 'JPY', 700n),
  sold('b', 'USD', 9_007_199_254_740_993n),
  unsold('b'),
];

it('counts sold and unsold auctions per seller, in the order of sellers', () => {
  expect(foldAuctions(auctions).counts).toEqual([
    { sellerId: 'a', sold: 0n, unsold: 1n },
    { sellerId: 'b', sold: 3n, unsold: 1n },
  ]);
});

it('sums the sales of each seller in each currency by themselves', () => {
  expect(foldAuctions(auctions).totals).toEqual([
    { sellerId: 'b', currency: 'JPY', amount: 700n },
    { sellerId: 'b', currency: 'USD', amount: 9_007_199_254_740_998n },
  ]);
});

it('gives the same sums in any order of events', () => {
  expect(foldAuctions(auctions.toReversed())).toEqual(foldAuctions(auctions));
});

it('returns nothing for an empty batch', () => {
  expect(foldAuctions([])).toEqual({ counts: [], totals: [] });
});
