import type { MessageInitShape } from '@bufbuild/protobuf';
import type { NewEvent } from '@gavel/outbox/append';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import {
  AuctionClosedSchema,
  AuctionEndingSoonSchema,
  AuctionExtendedSchema,
  AuctionStartedSchema,
  ItemBoughtNowSchema,
  ItemCancelledSchema,
  ItemCreatedSchema,
  ItemRelistedSchema,
  ItemUpdatedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import type { Auction, AuctionOutcome } from '../../domain/auction/auction.ts';
import type { AuctionClosed, AuctionEvent, ItemCreated } from '../../domain/auction/event.ts';
import type { Step } from '../../domain/auction/evolve.ts';
import { bidEventToMessage } from './bid-events.ts';
import { type EventMessage, message } from './event-message.ts';

/** The outbox's form of an auction's steps: aggregate id the item's, sequence the version after the event. */
export function toNewEvents(steps: readonly Step[]): NewEvent[] {
  return steps.map(({ event, after }) => ({
    ...toMessage(event, after),
    aggregateId: after.id,
    sequence: after.version,
    time: event.at,
  }));
}

function toMessage(event: AuctionEvent, after: Auction): EventMessage {
  const itemId = after.id;
  const at = event.at.toISOString();
  const { sellerId, currency } = after;
  const { title } = after.listing;
  switch (event.type) {
    case 'ItemCreated':
      return message(ItemCreatedSchema, createdBody(event, after));
    case 'ItemUpdated':
      return message(ItemUpdatedSchema, { itemId, ...listingOf(after), updatedAt: at });
    case 'ItemCancelled':
      return message(ItemCancelledSchema, { itemId, sellerId, title, cancelledAt: at });
    case 'AuctionStarted': {
      const startsAt = after.startsAt.toISOString();
      return message(AuctionStartedSchema, { itemId, sellerId, title, startsAt, timestamp: at });
    }
    case 'AuctionEndingSoon':
      return message(AuctionEndingSoonSchema, {
        itemId,
        sellerId,
        title,
        endAt: after.endAt.toISOString(),
        currentHighestBid: after.highestBid?.amount ?? 0n,
        currency,
        timestamp: at,
      });
    case 'BidPlaced':
    case 'ProxyBidPlaced':
    case 'MaximumRaised':
      return bidEventToMessage(event, after);
    case 'AuctionExtended':
      return message(AuctionExtendedSchema, {
        itemId,
        previousEndAt: event.previousEndAt.toISOString(),
        endAt: event.endAt.toISOString(),
        timestamp: at,
      });
    case 'ItemBoughtNow': {
      const { buyerId, amount } = event;
      return message(ItemBoughtNowSchema, { itemId, sellerId, buyerId, amount, currency, timestamp: at });
    }
    case 'AuctionClosed':
      return message(AuctionClosedSchema, closedBody(event, after));
    case 'ItemRelisted': {
      const { relistedAs } = event;
      return message(ItemRelistedSchema, { itemId, relistedAs, sellerId, timestamp: at });
    }
  }
}

/** All of a new item but its reserve price, which is the seller's secret. */
function createdBody(event: ItemCreated, after: Auction): MessageInitShape<typeof ItemCreatedSchema> {
  return {
    itemId: after.id,
    sellerId: event.sellerId,
    ...listingOf(after),
    startPrice: event.startPrice,
    currency: event.currency,
    startsAt: event.startsAt.toISOString(),
    endAt: event.endAt.toISOString(),
    hardEndAt: event.hardEndAt.toISOString(),
    softCloseSeconds: event.softCloseSeconds,
    buyNowPrice: event.buyNowPrice ?? 0n,
    hasReserve: event.reservePrice !== undefined,
    relistedFrom: event.relistedFrom ?? '',
    createdAt: event.at.toISOString(),
  };
}

const outcomes: Record<AuctionOutcome, ItemOutcome> = {
  sold: ItemOutcome.SOLD,
  reserve_not_met: ItemOutcome.RESERVE_NOT_MET,
  no_bids: ItemOutcome.NO_BIDS,
};

function closedBody(event: AuctionClosed, after: Auction): MessageInitShape<typeof AuctionClosedSchema> {
  return {
    itemId: after.id,
    sellerId: after.sellerId,
    title: after.listing.title,
    outcome: outcomes[event.outcome],
    winnerId: event.winner?.userId ?? '',
    winningAmount: event.winner?.amount ?? 0n,
    currency: after.currency,
    bidCount: after.bidCount,
    endAt: after.endAt.toISOString(),
    closedAt: event.at.toISOString(),
  };
}

function listingOf({ listing }: Auction) {
  return { ...listing, images: [...listing.images] };
}
