import { defineConsumer } from '@gavel/consumer-runtime/define-consumer';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import { type AuctionClosed, AuctionClosedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { addToStats } from './adapters/postgres/add-to-stats.ts';
import { type EndedAuction, foldAuctions } from './domain/fold-auctions.ts';

/**
 * Counts every auction that ended for its seller. AuctionClosed comes once per auction, also after a purchase at the buy-now
 * price, and never for a cancelled item. Auctions do not depend on each other, so none waits behind a parked one.
 */
export const sellerStatsConsumer = defineConsumer({
  name: 'seller-stats',
  stream: 'gavel.bids',
  subscription: 'gavel.bids.auction_closed.*',
  types: [AuctionClosedSchema],
  onFailure: { laterEvents: 'continue' },
  projection: { tables: ['seller_stats', 'seller_currency_totals'] },
  handle: (tx, events) => addToStats(tx, foldAuctions(events.map(({ body }) => toEndedAuction(body)))),
});

function toEndedAuction({ sellerId, outcome, currency, winningAmount }: AuctionClosed): EndedAuction {
  return {
    sellerId: sellerId.toLowerCase(),
    sale: outcome === ItemOutcome.SOLD ? { currency, amount: winningAmount } : undefined,
  };
}
