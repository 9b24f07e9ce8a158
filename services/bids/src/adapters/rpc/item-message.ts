import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { shownCurrencyDigits } from '@gavel/proto/currencies';
import { type Item, ItemOutcome, ItemSchema, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { ItemView } from '../../application/ports.ts';
import {
  type AuctionOutcome,
  type AuctionStatus,
  buyNowPriceOf,
  leadsAt,
  nextBidOf,
  reserveMet,
  statusAt,
} from '../../domain/auction/auction.ts';
import { incrementAt } from '../../domain/auction/increments.ts';

const statuses: Record<AuctionStatus, ItemStatus> = {
  scheduled: ItemStatus.SCHEDULED,
  active: ItemStatus.ACTIVE,
  ended: ItemStatus.ENDED,
  cancelled: ItemStatus.CANCELLED,
};

const outcomes: Record<AuctionOutcome, ItemOutcome> = {
  sold: ItemOutcome.SOLD,
  reserve_not_met: ItemOutcome.RESERVE_NOT_MET,
  no_bids: ItemOutcome.NO_BIDS,
};

/** The item as one viewer may see it. */
export function toItemMessage(
  view: ItemView,
  viewerId: string | undefined,
): MessageInitShape<typeof ItemSchema> {
  const { auction, asOf } = view;
  const status = statusAt(auction, asOf);
  const highest = auction.highestBid;
  const minimum = status === 'active' ? nextBidOf(auction) : undefined;
  return {
    id: auction.id,
    title: auction.listing.title,
    description: auction.listing.description,
    startPrice: auction.startPrice,
    currentHighestBid: highest?.amount ?? 0n,
    startsAt: auction.startsAt.toISOString(),
    endAt: auction.endAt.toISOString(),
    hardEndAt: auction.hardEndAt.toISOString(),
    softCloseSeconds: auction.softCloseSeconds,
    createdAt: auction.createdAt.toISOString(),
    updatedAt: auction.updatedAt.toISOString(),
    revision: auction.revision,
    images: [...auction.listing.images],
    category: auction.listing.category,
    sellerId: auction.sellerId,
    status: statuses[status],
    currency: auction.currency,
    currencyExponent: shownCurrencyDigits(auction.currency),
    minimumNextBid: minimum ?? 0n,
    bidIncrement: minimum === undefined ? 0n : incrementAt(minimum, auction),
    bidCount: auction.bidCount,
    reserveMet: reserveMet(auction),
    buyNowPrice: buyNowPriceOf(auction) ?? 0n,
    outcome: auction.outcome ? outcomes[auction.outcome] : ItemOutcome.UNSPECIFIED,
    winningAmount: auction.winner?.amount ?? 0n,
    relistedFrom: auction.relistedFrom ?? '',
    ...secretsFor(viewerId, view),
  };
}

/** Restricted fields: the seller sees the reserve price, a bidder their own maximum, and seller and winner see who won. */
function secretsFor(viewerId: string | undefined, { auction, asOf }: ItemView) {
  const { highestBid, winner } = auction;
  const selling = viewerId === auction.sellerId;
  const hasHighestBid = viewerId !== undefined && viewerId === highestBid?.userId;
  const maySeeWinner = viewerId !== undefined && (selling || viewerId === winner?.userId);
  return {
    winnerId: maySeeWinner ? (winner?.userId ?? '') : '',
    reservePrice: selling ? (auction.reservePrice ?? 0n) : 0n,
    relistedAs: selling ? (auction.relistedAs ?? '') : '',
    myMaximum: hasHighestBid ? (highestBid?.maximum ?? 0n) : 0n,
    leading: viewerId !== undefined && leadsAt(auction, viewerId, asOf),
  };
}

/** The item with only the fields that everybody may see. */
export function toPublicItem(view: ItemView): Item {
  return create(ItemSchema, toItemMessage(view, undefined));
}
