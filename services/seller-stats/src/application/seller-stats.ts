import { type SellerStats, withoutAuctions } from '../domain/seller-stats.ts';
import type { StoredSellerStats } from './ports.ts';

/** A seller's statistics; zeros for an unknown seller. */
export async function getSellerStats(
  { sellerStats }: { sellerStats: StoredSellerStats },
  { sellerId }: { sellerId: string },
): Promise<SellerStats> {
  return (await sellerStats.find(sellerId)) ?? withoutAuctions(sellerId);
}
