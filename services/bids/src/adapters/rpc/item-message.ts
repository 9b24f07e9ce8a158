import type { MessageInitShape } from '@bufbuild/protobuf';
import { ItemOutcome, type ItemSchema, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { ItemView } from '../../application/auction-views.ts';
import { type AuctionOutcome, type AuctionStatus, statusAt } from '../../domain/auction/auction.ts';
import { minimumNextBid } from '../../domain/auction/minimum-next-bid.ts';

const statuses: Record<AuctionStatus, ItemStatus> = {
  active: ItemStatus.ACTIVE,
  ended: ItemStatus.ENDED,
  cancelled: ItemStatus.CANCELLED,
};

const outcomes: Record<AuctionOutcome, ItemOutcome> = {
  sold: ItemOutcome.SOLD,
  no_bids: ItemOutcome.NO_BIDS,
};

/** The item as one viewer may see it: the winner's id is only for the seller and the winner. */
export function toItemMessage(
  view: ItemView,
  viewerId: string | undefined,
): MessageInitShape<typeof ItemSchema> {
  const { auction, asOf } = view;
  const status = statusAt(auction, asOf);
  const highest = auction.highestBid;
  const winner = auction.outcome === 'sold' ? highest : undefined;
  const maySeeWinner =
    viewerId !== undefined && (viewerId === auction.sellerId || viewerId === winner?.userId);
  return {
    id: auction.id,
    title: auction.listing.title,
    description: auction.listing.description,
    startPrice: auction.startPrice,
    currentHighestBid: highest?.amount ?? 0n,
    endAt: auction.endAt.toISOString(),
    createdAt: auction.createdAt.toISOString(),
    updatedAt: auction.updatedAt.toISOString(),
    images: [...auction.listing.images],
    category: auction.listing.category,
    sellerId: auction.sellerId,
    status: statuses[status],
    currency: auction.currency,
    minimumNextBid:
      status === 'active' ? minimumNextBid(highest?.amount, auction.startPrice, auction.currency) : 0n,
    bidCount: auction.bidCount,
    outcome: auction.outcome ? outcomes[auction.outcome] : ItemOutcome.UNSPECIFIED,
    winningAmount: winner?.amount ?? 0n,
    winnerId: maySeeWinner ? (winner?.userId ?? '') : '',
  };
}
