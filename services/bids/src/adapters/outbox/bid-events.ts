import {
  BidPlacedSchema,
  MaximumRaisedSchema,
  ProxyBidPlacedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import { type Auction, reserveMet } from '../../domain/auction/auction.ts';
import type { BidPlaced, MaximumRaised, ProxyBidPlaced } from '../../domain/auction/event.ts';
import { minimumNextBid } from '../../domain/auction/increments.ts';
import { type EventMessage, message } from './event-message.ts';

/** What is published of bidding: prices, never a maximum that still stands. */
export function bidEventToMessage(
  event: BidPlaced | ProxyBidPlaced | MaximumRaised,
  after: Auction,
): EventMessage {
  const price = after.highestBid?.amount ?? 0n;
  const known = {
    itemId: after.id,
    userId: event.userId,
    currency: after.currency,
    minimumNextBid: minimumNextBid(price, after.startPrice, after.currency),
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
