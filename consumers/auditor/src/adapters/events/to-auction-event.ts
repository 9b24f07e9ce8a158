import type { MessageShape } from '@bufbuild/protobuf';
import type { ReceivedEvent } from '@gavel/consumer-runtime/define-consumer';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import {
  type AuctionClosed,
  AuctionClosedSchema,
  AuctionEndingSoonSchema,
  AuctionExtendedSchema,
  AuctionStartedSchema,
  type BidPlaced,
  BidPlacedSchema,
  ItemBoughtNowSchema,
  ItemCancelledSchema,
  type ItemCreated,
  ItemCreatedSchema,
  ItemRelistedSchema,
  ItemUpdatedSchema,
  MaximumRaisedSchema,
  type ProxyBidPlaced,
  ProxyBidPlacedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import type { AuctionEvent, AuctionFact, AuctionOutcome, BidFact } from '../../domain/auction-facts.ts';

/** Every event whose aggregate is an item. Without one of them, sequences would have gaps. */
export const auditedTypes = [
  ItemCreatedSchema,
  ItemUpdatedSchema,
  ItemCancelledSchema,
  AuctionStartedSchema,
  AuctionEndingSoonSchema,
  BidPlacedSchema,
  ProxyBidPlacedSchema,
  MaximumRaisedSchema,
  AuctionExtendedSchema,
  ItemBoughtNowSchema,
  AuctionClosedSchema,
  ItemRelistedSchema,
] as const;

export type AuditedType = (typeof auditedTypes)[number];

/** A received event as the rules read it. */
export function toAuctionEvent({ envelope, body }: ReceivedEvent<AuditedType>): AuctionEvent {
  return {
    id: envelope.id,
    itemId: envelope.partitionkey.toLowerCase(),
    sequence: BigInt(envelope.sequence),
    at: new Date(envelope.time),
    fact: toFact(body),
  };
}

function toFact(body: MessageShape<AuditedType>): AuctionFact {
  switch (body.$typeName) {
    case 'bids.v1.ItemCreated':
      return toCreated(body);
    case 'bids.v1.ItemUpdated':
      return { type: 'updated' };
    case 'bids.v1.ItemCancelled':
      return { type: 'cancelled' };
    case 'bids.v1.AuctionStarted':
      return { type: 'started' };
    case 'bids.v1.AuctionEndingSoon':
      return { type: 'ending_soon' };
    case 'bids.v1.BidPlaced':
      return toBid('bid', body, knownAmount(body.currentHighestBid));
    case 'bids.v1.ProxyBidPlaced':
      return toBid('answer', body, body.amount);
    case 'bids.v1.MaximumRaised':
      return {
        type: 'maximum_raised',
        userId: id(body.userId),
        price: body.currentHighestBid,
        minimumNextBid: body.minimumNextBid,
        reserveMet: body.reserveMet,
        currency: body.currency,
      };
    case 'bids.v1.AuctionExtended':
      return {
        type: 'extended',
        previousEndAt: new Date(body.previousEndAt),
        endAt: new Date(body.endAt),
      };
    case 'bids.v1.ItemBoughtNow':
      return { type: 'bought_now', buyerId: id(body.buyerId), amount: body.amount };
    case 'bids.v1.AuctionClosed':
      return toClosed(body);
    case 'bids.v1.ItemRelisted':
      return { type: 'relisted' };
  }
}

function toCreated(body: ItemCreated): AuctionFact {
  return {
    type: 'created',
    sellerId: id(body.sellerId),
    startPrice: body.startPrice,
    currency: body.currency,
    startsAt: date(body.startsAt),
    endAt: new Date(body.endAt),
    hardEndAt: date(body.hardEndAt),
    softCloseSeconds: body.softCloseSeconds,
  };
}

// The first contract's bids have no count, and then none of the fields that came with it.
function toBid(type: BidFact['type'], body: BidPlaced | ProxyBidPlaced, price: bigint | undefined): BidFact {
  const counted = body.bidCount > 0n;
  return {
    type,
    userId: id(body.userId),
    amount: body.amount,
    price,
    minimumNextBid: counted ? body.minimumNextBid : undefined,
    bidCount: counted ? body.bidCount : undefined,
    reserveMet: counted ? body.reserveMet : undefined,
    outbidUserId: body.outbidUserId === '' ? undefined : id(body.outbidUserId),
    currency: body.currency === '' ? undefined : body.currency,
  };
}

function toClosed(body: AuctionClosed): AuctionFact {
  return {
    type: 'closed',
    // The contract's rules refuse an event without an outcome.
    outcome: outcomes[body.outcome] ?? 'no_bids',
    winnerId: body.winnerId === '' ? undefined : id(body.winnerId),
    winningAmount: body.winningAmount,
    bidCount: body.bidCount,
    currency: body.currency,
  };
}

/** Outcomes by their number on the wire; undefined for UNSPECIFIED. */
export const outcomes: Readonly<Record<ItemOutcome, AuctionOutcome | undefined>> = {
  [ItemOutcome.UNSPECIFIED]: undefined,
  [ItemOutcome.SOLD]: 'sold',
  [ItemOutcome.RESERVE_NOT_MET]: 'reserve_not_met',
  [ItemOutcome.NO_BIDS]: 'no_bids',
};

function id(value: string): string {
  return value.toLowerCase();
}

function knownAmount(value: bigint): bigint | undefined {
  return value === 0n ? undefined : value;
}

function date(value: string): Date | undefined {
  return value === '' ? undefined : new Date(value);
}
