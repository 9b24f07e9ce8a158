import type { ServiceImpl } from '@connectrpc/connect';
import type { LeaderboardService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { unwrap } from '@gavel/service-runtime/failure';
import {
  getHottestAuctions,
  getTopBidders,
  getTopSellers,
  type LeaderboardPorts,
} from '../../application/leaderboards.ts';
import type { BidderMasks } from '../../application/ports.ts';
import { readId } from '../../application/read-fields.ts';
import { toItemMessage } from './item-message.ts';

/** bids.v1.LeaderboardService: the same for everybody, so items contain only public fields. */
export function createLeaderboardService(
  ports: LeaderboardPorts & { masks: BidderMasks },
): ServiceImpl<typeof LeaderboardService> {
  return {
    async getTopBidders({ itemId, limit }) {
      const mask = await ports.masks.load();
      const bidders = unwrap(await getTopBidders(ports, { itemId, limit }));
      const id = readId(itemId) ?? itemId;
      return {
        bidders: bidders.map(({ userId, amount, bidCount }) => ({
          bidder: mask(id, userId),
          amount,
          bidCount,
        })),
      };
    },

    async getHottestAuctions({ limit }) {
      const auctions = await getHottestAuctions(ports, { limit });
      return {
        auctions: auctions.map(({ view, recentBids }) => ({
          item: toItemMessage(view, undefined),
          recentBids,
        })),
      };
    },

    async getTopSellers({ limit }) {
      return { sellers: [...(await getTopSellers(ports, { limit }))] };
    },
  };
}
