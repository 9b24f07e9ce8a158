import { defineConsumer, type ReceivedEvent } from '@gavel/consumer-runtime/define-consumer';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import {
  AuctionClosedSchema,
  BidPlacedSchema,
  ProxyBidPlacedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import { applyChanges } from './adapters/postgres/apply-changes.ts';
import { type BoardFact, foldEvents } from './domain/fold-events.ts';

type BoardEvent = ReceivedEvent<
  typeof BidPlacedSchema | typeof ProxyBidPlacedSchema | typeof AuctionClosedSchema
>;

/**
 * Folds bids and closed auctions into the projection that the boards are built from. Events do not depend on each other, so
 * none waits behind a parked one.
 */
export const leaderboardConsumer = defineConsumer({
  name: 'leaderboard',
  stream: 'gavel.bids',
  subscription: 'gavel.bids.>',
  types: [BidPlacedSchema, ProxyBidPlacedSchema, AuctionClosedSchema],
  onFailure: { laterEvents: 'continue' },
  projection: { tables: ['auctions', 'auction_bidders', 'auction_heat', 'sellers'] },
  handle: (tx, events) => applyChanges(tx, foldEvents(events.map(toFact))),
});

function toFact({ envelope, body }: BoardEvent): BoardFact {
  const itemId = body.itemId.toLowerCase();
  if (body.$typeName === 'bids.v1.AuctionClosed') {
    const soldBy = body.outcome === ItemOutcome.SOLD ? body.sellerId.toLowerCase() : undefined;
    return { kind: 'closed', itemId, soldBy, closedAt: new Date(body.closedAt) };
  }
  return {
    kind: 'bid',
    itemId,
    userId: body.userId.toLowerCase(),
    amount: body.amount,
    sequence: BigInt(envelope.sequence),
    placedAt: new Date(body.timestamp),
  };
}
