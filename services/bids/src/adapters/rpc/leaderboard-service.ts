import type { ServiceImpl } from '@connectrpc/connect';
import type { LeaderboardService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { unwrap } from '@gavel/service-runtime/failure';
import type { BidderMasks } from '../../application/bidder-masks.ts';
import { getHottestAuctions } from '../../application/get-hottest-auctions.ts';
import { getTopBidders } from '../../application/get-top-bidders.ts';
import { getTopSellers } from '../../application/get-top-sellers.ts';
import type { Leaderboards } from '../../application/leaderboards.ts';
import { readId } from '../../application/read-fields.ts';
import { toItemMessage } from './item-message.ts';

/** bids.v1.LeaderboardService: the same for everybody, so items show what anyone may see. */
export function createLeaderboardService(
  boards: Leaderboards,
  masks: BidderMasks,
): ServiceImpl<typeof LeaderboardService> {
  return {
    async getTopBidders({ itemId, limit }) {
      const mask = await masks.load();
      const bidders = unwrap(await getTopBidders(boards, { itemId, limit }));
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
      const auctions = await getHottestAuctions(boards, limit);
      return {
        auctions: auctions.map(({ view, recentBids }) => ({
          item: toItemMessage(view, undefined),
          recentBids,
        })),
      };
    },

    async getTopSellers({ limit }) {
      return { sellers: [...(await getTopSellers(boards, limit))] };
    },
  };
}
