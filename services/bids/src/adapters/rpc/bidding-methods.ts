import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import { afterChange } from '@gavel/postgres/transaction';
import type { BidSchema, BidService, PlaceBidResponseSchema } from '@gavel/proto/gen/bids/v1/bids_pb';
import { optionalCaller, requireVerifiedCaller } from '@gavel/service-runtime/caller';
import { unwrap } from '@gavel/service-runtime/failure';
import { buyNow, placeBid } from '../../application/bidding.ts';
import { getItemBids } from '../../application/browsing.ts';
import type { BidAnswer } from '../../application/decide-batch.ts';
import type { Auctions, AuctionViews, BidderMasks, MaskBidder } from '../../application/ports.ts';
import type { Bid } from '../../domain/auction/auction.ts';
import type { ViewerItems } from './viewer-items.ts';

/** The methods of bids.v1.BidService that place and read bids. */
export function biddingMethods(
  ports: { auctions: Auctions; views: AuctionViews; masks: BidderMasks },
  viewerItems: ViewerItems,
) {
  return {
    async placeBid({ itemId, amount, maxAmount, idempotencyKey }, context) {
      const { userId } = requireVerifiedCaller(context);
      const mask = await ports.masks.load();
      const input = { userId, itemId, amount, maxAmount, idempotencyKey };
      return toPlaceBidMessage(unwrap(await placeBid(ports, input)), mask);
    },

    async buyNow({ itemId }, context) {
      const { userId } = requireVerifiedCaller(context);
      const item = unwrap(await buyNow(ports, { userId, itemId }));
      return { item: await afterChange(() => viewerItems.one(userId, item)) };
    },

    async getItemBids({ itemId, pageSize, pageToken }, context) {
      const viewerId = optionalCaller(context)?.userId;
      const mask = await ports.masks.load();
      const page = unwrap(await getItemBids(ports, { itemId, pageSize, pageToken }));
      return {
        bids: page.items.map((bid) => toBidMessage(bid, viewerId, mask)),
        nextPageToken: page.nextPageToken,
      };
    },
  } satisfies Partial<ServiceImpl<typeof BidService>>;
}

/** The bid as one viewer may see it: its bidder sees the user id, everyone else only a mask. */
function toBidMessage(
  bid: Bid,
  viewerId: string | undefined,
  mask: MaskBidder,
): MessageInitShape<typeof BidSchema> {
  return {
    id: bid.id,
    itemId: bid.itemId,
    userId: bid.userId === viewerId ? bid.userId : '',
    amount: bid.amount,
    createdAt: bid.createdAt.toISOString(),
    bidder: mask(bid.itemId, bid.userId),
    automatic: bid.automatic,
  };
}

/** The response to the bidder. */
function toPlaceBidMessage(
  { bid, endAt, ...rest }: BidAnswer,
  mask: MaskBidder,
): MessageInitShape<typeof PlaceBidResponseSchema> {
  return { ...rest, bid: toBidMessage(bid, bid.userId, mask), endAt: endAt.toISOString() };
}
