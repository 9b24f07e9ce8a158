import { type EventMessage, eventMessage, uuidv7 } from '@gavel/consumer-runtime/testing/foreign-producer';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import {
  AuctionClosedSchema,
  BidPlacedSchema,
  ProxyBidPlacedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import type { BoardFact } from '../domain/fold-events.ts';

/** The event of a bid (with `automatic`, of a standing maximum's answer) or of a closed auction. */
export function boardMessage(fact: BoardFact, sequence: bigint, automatic = false): EventMessage {
  const { itemId } = fact;
  if (fact.kind === 'bid') {
    const { userId, amount, placedAt } = fact;
    const bid = {
      bidId: uuidv7(),
      itemId,
      userId,
      amount,
      timestamp: placedAt.toISOString(),
      currency: 'USD',
    };
    return automatic
      ? eventMessage(ProxyBidPlacedSchema, itemId, sequence, { ...bid, outbidUserId: uuidv7() })
      : eventMessage(BidPlacedSchema, itemId, sequence, bid);
  }
  const sale = { outcome: ItemOutcome.SOLD, winnerId: uuidv7(), winningAmount: 100n };
  return eventMessage(AuctionClosedSchema, itemId, sequence, {
    itemId,
    sellerId: fact.soldBy ?? uuidv7(),
    ...(fact.soldBy === undefined ? { outcome: ItemOutcome.NO_BIDS } : sale),
    currency: 'USD',
    closedAt: fact.closedAt.toISOString(),
  });
}
