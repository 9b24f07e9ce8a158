import type { ServiceImpl } from '@connectrpc/connect';
import type { SellerStatsService } from '@gavel/proto/gen/sellerstats/v1/seller_stats_pb';
import type { StoredSellerStats } from '../../application/ports.ts';
import { getSellerStats } from '../../application/seller-stats.ts';

/** sellerstats.v1.SellerStatsService: reads the request, runs the use case and builds the response. */
export function createSellerStatsService(ports: {
  sellerStats: StoredSellerStats;
}): ServiceImpl<typeof SellerStatsService> {
  return {
    async getSellerStats({ sellerId }) {
      const { totals, ...counts } = await getSellerStats(ports, { sellerId: sellerId.toLowerCase() });
      return { ...counts, totals: [...totals] };
    },
  };
}
