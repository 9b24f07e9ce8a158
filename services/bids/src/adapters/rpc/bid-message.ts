import type { MessageInitShape } from '@bufbuild/protobuf';
import type { BidSchema } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { Bid } from '../../domain/auction/auction.ts';

export function toBidMessage(bid: Bid): MessageInitShape<typeof BidSchema> {
  return { ...bid, createdAt: bid.createdAt.toISOString() };
}
