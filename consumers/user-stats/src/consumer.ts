import { defineConsumer } from '@gavel/consumer-runtime/define-consumer';
import { currencyOrDollars } from '@gavel/proto/currencies';
import { type BidPlaced, BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { addToTotals } from './adapters/postgres/add-to-totals.ts';
import { type Bid, foldBids } from './domain/fold-bids.ts';

/** Adds every accepted bid to its bidder's totals. Bids do not depend on each other, so none waits behind a parked one. */
export const userStatsConsumer = defineConsumer({
  name: 'user-stats',
  stream: 'gavel.bids',
  subscription: 'gavel.bids.bid_placed.*',
  types: [BidPlacedSchema],
  onFailure: { laterEvents: 'continue' },
  projection: { tables: ['user_stats', 'user_currency_totals'] },
  handle: (tx, events) => addToTotals(tx, foldBids(events.map(({ body }) => toBid(body)))),
});

function toBid({ userId, amount, currency, timestamp }: BidPlaced): Bid {
  return {
    userId: userId.toLowerCase(),
    amount,
    currency: currencyOrDollars(currency),
    placedAt: new Date(timestamp),
  };
}
