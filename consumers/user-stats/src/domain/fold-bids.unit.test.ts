import { expect, it } from 'vitest';
import { foldBids } from './fold-bids.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

const bids = [
  { userId: 'b', amount: 5n, currency: 'USD', placedAt: at(2) },
  { userId: 'a', amount: 1n, currency: 'JPY', placedAt: at(9) },
  { userId: 'b', amount: 7n, currency: 'JPY', placedAt: at(1) },
  { userId: 'b', amount: 2n, currency: 'USD', placedAt: at(1) },
];

it('sums bids per person, keeps the newest time in any order, and sorts by person', () => {
  expect(foldBids(bids).totals).toEqual([
    { userId: 'a', bids: 1n, amount: 1n, lastBidAt: at(9) },
    { userId: 'b', bids: 3n, amount: 14n, lastBidAt: at(2) },
  ]);
});

it('sums the bids of each person in each currency by themselves', () => {
  expect(foldBids(bids).perCurrency).toEqual([
    { userId: 'a', currency: 'JPY', bids: 1n, amount: 1n },
    { userId: 'b', currency: 'JPY', bids: 1n, amount: 7n },
    { userId: 'b', currency: 'USD', bids: 2n, amount: 7n },
  ]);
});

it('returns nothing for an empty batch', () => {
  expect(foldBids([])).toEqual({ totals: [], perCurrency: [] });
});
