import { expect, it } from 'vitest';
import { getUserStats } from './user-stats.ts';

it('a user without bids has zeros', async () => {
  const userStats = { find: () => Promise.resolve(undefined) };
  expect(await getUserStats({ userStats }, { userId: 'somebody' })).toEqual({
    userId: 'somebody',
    totalBids: 0n,
    totalAmount: 0n,
    lastBidAt: undefined,
    totals: [],
  });
});
