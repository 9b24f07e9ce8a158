import type { ServiceImpl } from '@connectrpc/connect';
import type { BidService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { requireCaller } from '@gavel/service-runtime/caller';
import { unwrap } from '@gavel/service-runtime/failure';
import { buyNow, placeBid } from '../../application/bidding.ts';
import type { Auctions, BidderMasks } from '../../application/ports.ts';
import { toPlaceBidMessage } from './bid-message.ts';
import type { ViewerItems } from './viewer-items.ts';

/** The methods of bids.v1.BidService for bidders. */
export function biddingMethods(ports: { auctions: Auctions; masks: BidderMasks }, viewerItems: ViewerItems) {
  return {
    async placeBid({ itemId, amount, maxAmount, idempotencyKey }, context) {
      const { userId } = requireCaller(context);
      const mask = await ports.masks.load();
      const input = { userId, itemId, amount, maxAmount, idempotencyKey };
      return toPlaceBidMessage(unwrap(await placeBid(ports, input)), mask);
    },

    async buyNow({ itemId }, context) {
      const { userId } = requireCaller(context);
      return { item: await viewerItems.one(userId, unwrap(await buyNow(ports, { userId, itemId }))) };
    },
  } satisfies Partial<ServiceImpl<typeof BidService>>;
}
