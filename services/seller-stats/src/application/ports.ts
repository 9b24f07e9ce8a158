import type { SellerStats } from '../domain/seller-stats.ts';

/** The projection that the seller-stats consumer writes. */
export interface StoredSellerStats {
  /** A seller's statistics; undefined when none of the seller's auctions has been counted. */
  find(sellerId: string): Promise<SellerStats | undefined>;
}
