import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import type { TraceCarrier } from '@gavel/observability/tracing';
import type { NewEvent } from '@gavel/outbox/append';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import {
  AuctionClosedSchema,
  AuctionEndingSoonSchema,
  AuctionExtendedSchema,
  AuctionStartedSchema,
  BidPlacedSchema,
  ItemBoughtNowSchema,
  ItemCancelledSchema,
  ItemCreatedSchema,
  ItemRelistedSchema,
  ItemUpdatedSchema,
  MaximumRaisedSchema,
  ProxyBidPlacedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import { type Auction, type AuctionOutcome, nextBidOf, reserveMet } from '../../domain/auction/auction.ts';
import type {
  AuctionClosed,
  AuctionEvent,
  BidPlaced,
  ItemCreated,
  MaximumRaised,
  ProxyBidPlaced,
} from '../../domain/auction/events.ts';
import type { Step } from '../../domain/auction/evolve.ts';

type EventMessage = Pick<NewEvent, 'schema' | 'body'>;

// Ties a body to its schema where both types are known.
function message<S extends DescMessage>(schema: S, body: MessageInitShape<S>): EventMessage {
  return { schema, body };
}

/**
 * Turns an auction's steps into events for the outbox, without their secrets. The aggregate is the item, and the sequence is the
 * version after the event. Default trace: the active one.
 */
export function toNewEvents(steps: readonly Step[], trace?: TraceCarrier): NewEvent[] {
  return steps.map(({ event, after }) => {
    const { schema, body } = toMessage(event, after);
    const newEvent: NewEvent = {
      schema,
      body,
      aggregateId: after.id,
      sequence: after.version,
      time: event.at,
    };
    if (trace !== undefined) newEvent.trace = trace;
    return newEvent;
  });
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

/** Bids are published with their prices, but without a maximum that is still in force. */
function bidEventToMessage(event: BidPlaced | ProxyBidPlaced | MaximumRaised, after: Auction): EventMessage {
  const price = after.highestBid?.amount ?? 0n;
  const known = {
    itemId: after.id,
    userId: event.userId,
    currency: after.currency,
    minimumNextBid: nextBidOf(after) ?? 0n,
    reserveMet: reserveMet(after),
    timestamp: event.at.toISOString(),
  };
  if (event.type === 'MaximumRaised')
    return message(MaximumRaisedSchema, { ...known, currentHighestBid: price });
  const bid = {
    ...known,
    bidId: event.bidId,
    amount: event.amount,
    bidCount: after.bidCount,
    title: after.listing.title,
    outbidUserId: event.outbid ?? '',
  };
  if (event.type === 'ProxyBidPlaced') return message(ProxyBidPlacedSchema, bid);
  return message(BidPlacedSchema, { ...bid, currentHighestBid: price, sellerId: after.sellerId });
}

/** A new item without its reserve price, which only the seller may see. */
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
