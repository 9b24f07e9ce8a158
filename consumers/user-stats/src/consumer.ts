import { defineConsumer, PermanentFailure } from '@gavel/consumer-runtime/define-consumer';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { addToTotals } from './adapters/add-to-totals.ts';
import { type Bid, foldBids } from './domain/fold-bids.ts';
import { type BidFields, readBid } from './domain/read-bid.ts';

/** Folds every accepted bid into its bidder's totals. Each bid counts for itself, so none waits behind a parked one. */
export const userStatsConsumer = defineConsumer({
  name: 'user-stats',
  stream: 'gavel.bids',
  subscription: 'gavel.bids.bid_placed.*',
  types: [BidPlacedSchema],
  onFailure: { laterEvents: 'continue' },
  projection: { tables: ['user_stats'] },
  handle: (tx, events) => addToTotals(tx, foldBids(events.map((event) => countable(event.body)))),
});

function countable(fields: BidFields): Bid {
  const read = readBid(fields);
  if (!read.ok) throw new PermanentFailure(read.problem);
  return read.bid;
}
