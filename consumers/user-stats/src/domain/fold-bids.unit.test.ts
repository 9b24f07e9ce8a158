import { expect, it } from 'vitest';
import { foldBids } from './fold-bids.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

it('sums bids per person, keeps the newest time in any order, and sorts by person', () => {
  expect(
    foldBids([
      { userId: 'b', amount: 5n, placedAt: at(2) },
      { userId: 'a', amount: 1n, placedAt: at(9) },
      { userId: 'b', amount: 7n, placedAt: at(1) },
    ]),
  ).toEqual([
    { userId: 'a', bids: 1n, amount: 1n, lastBidAt: at(9) },
    { userId: 'b', bids: 2n, amount: 12n, lastBidAt: at(2) },
  ]);
});

it('returns nothing for an empty batch', () => {
  expect(foldBids([])).toEqual([]);
});
