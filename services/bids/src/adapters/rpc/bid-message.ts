import type { MessageInitShape } from '@bufbuild/protobuf';
import type { BidSchema, PlaceBidResponseSchema } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { BidAnswer } from '../../application/decide-batch.ts';
import type { MaskBidder } from '../../application/ports.ts';
import type { Bid } from '../../domain/auction/auction.ts';

/** The bid as one viewer may see it: its bidder sees the user id, everyone else only a mask. */
export function toBidMessage(
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
export function toPlaceBidMessage(
  { bid, endAt, ...rest }: BidAnswer,
  mask: MaskBidder,
): MessageInitShape<typeof PlaceBidResponseSchema> {
  return { ...rest, bid: toBidMessage(bid, bid.userId, mask), endAt: endAt.toISOString() };
}
