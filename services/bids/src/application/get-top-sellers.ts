import { boardSize, type Leaderboards, type SellerStanding } from './leaderboards.ts';

/** The sellers with the most sold items, first first. */
export async function getTopSellers(
  { kept, counted }: Leaderboards,
  limit: number,
): Promise<readonly SellerStanding[]> {
  const size = boardSize(limit);
  return (await kept.topSellers(size)) ?? (await counted.topSellers(size));
}
