import {
  defineConsumer,
  PermanentFailure,
  type ReceivedEvent,
} from '@gavel/consumer-runtime/define-consumer';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import {
  type AuctionClosed,
  AuctionClosedSchema,
  BidPlacedSchema,
  ProxyBidPlacedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import { applyChanges } from './adapters/postgres/apply-changes.ts';
import { type BoardFact, foldEvents } from './domain/fold-events.ts';
import { readBid, readClosed } from './domain/read-fact.ts';

type BoardEvent = ReceivedEvent<
  typeof BidPlacedSchema | typeof ProxyBidPlacedSchema | typeof AuctionClosedSchema
>;

/** Folds bids and ends into what the boards are made of. Each counts for itself, so none waits behind a parked one. */
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
  const read = isClosed(body)
    ? readClosed(body, body.outcome === ItemOutcome.SOLD)
    : readBid(body, BigInt(envelope.sequence));
  if (!read.ok) throw new PermanentFailure(read.problem);
  return read.fact;
}

function isClosed(body: BoardEvent['body']): body is AuctionClosed {
  return body.$typeName === AuctionClosedSchema.typeName;
}
