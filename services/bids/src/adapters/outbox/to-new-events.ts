import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import type { NewEvent } from '@gavel/outbox/append';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import {
  AuctionClosedSchema,
  BidPlacedSchema,
  ItemCancelledSchema,
  ItemCreatedSchema,
  ItemUpdatedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import type { Auction } from '../../domain/auction/auction.ts';
import type { AuctionEvent } from '../../domain/auction/event.ts';
import type { Step } from '../../domain/auction/evolve.ts';
import { minimumNextBid } from '../../domain/auction/minimum-next-bid.ts';

/** The outbox's form of an auction's steps: aggregate id the item's, sequence the version after the event. */
export function toNewEvents(steps: readonly Step[]): NewEvent[] {
  return steps.map(({ event, after }) => ({
    ...toMessage(event, after),
    aggregateId: after.id,
    sequence: after.version,
    time: event.at,
  }));
}

function toMessage(event: AuctionEvent, after: Auction): Pick<NewEvent, 'schema' | 'body'> {
  const itemId = after.id;
  const at = event.at.toISOString();
  switch (event.type) {
    case 'ItemCreated':
      return message(ItemCreatedSchema, {
        itemId,
        sellerId: event.sellerId,
        ...listingOf(after),
        startPrice: event.startPrice,
        currency: event.currency,
        endAt: event.endAt.toISOString(),
        createdAt: at,
      });
    case 'ItemUpdated':
      return message(ItemUpdatedSchema, { itemId, ...listingOf(after), updatedAt: at });
    case 'ItemCancelled':
      return message(ItemCancelledSchema, { itemId, sellerId: after.sellerId, cancelledAt: at });
    case 'BidPlaced':
      return message(BidPlacedSchema, {
        bidId: event.bidId,
        itemId,
        userId: event.userId,
        amount: event.amount,
        timestamp: at,
        currency: after.currency,
        minimumNextBid: minimumNextBid(event.amount, after.startPrice, after.currency),
        bidCount: after.bidCount,
      });
    case 'AuctionClosed':
      return message(AuctionClosedSchema, {
        itemId,
        sellerId: after.sellerId,
        outcome: event.outcome === 'sold' ? ItemOutcome.SOLD : ItemOutcome.NO_BIDS,
        winnerId: event.winner?.userId ?? '',
        winningAmount: event.winner?.amount ?? 0n,
        currency: after.currency,
        bidCount: after.bidCount,
        closedAt: at,
      });
  }
}

// Ties each body to its schema here, where both types are known.
function message<S extends DescMessage>(
  schema: S,
  body: MessageInitShape<S>,
): Pick<NewEvent, 'schema' | 'body'> {
  return { schema, body };
}

function listingOf({ listing }: Auction) {
  return { ...listing, images: [...listing.images] };
}
