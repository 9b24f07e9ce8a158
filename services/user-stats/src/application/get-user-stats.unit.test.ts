import { expect, it } from 'vitest';
import { createGetUserStats } from './get-user-stats.ts';

it('a user without bids has zeros', async () => {
  const getUserStats = createGetUserStats({ find: () => Promise.resolve(undefined) });
  expect(await getUserStats('somebody')).toEqual({
    userId: 'somebody',
    totalBids: 0n,
    totalAmount: 0n,
    lastBidAt: undefined,
  });
});
