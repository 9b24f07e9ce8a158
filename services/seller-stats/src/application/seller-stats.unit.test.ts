import { expect, it } from 'vitest';
import { getSellerStats } from './seller-stats.ts';

it('an unknown seller has zeros', async () => {
  const sellerStats = { find: () => Promise.resolve(undefined) };
  expect(await getSellerStats({ sellerStats }, { sellerId: 'somebody' })).toEqual({
    sellerId: 'somebody',
    soldCount: 0n,
    unsoldCount: 0n,
    totals: [],
  });
});
