import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { AuctionClosed } from '@gavel/proto/gen/bids/v1/events_pb';
import { type Field, problemOf } from '../domain/check-fields.ts';
import type { FollowedEvent } from './follow-event.ts';

/** Why an event can never be followed, or undefined for one that can. */
export function unusableBecause(body: FollowedEvent): string | undefined {
  return (
    problemOf(fieldsOf(body)) ?? (body.$typeName === 'bids.v1.AuctionClosed' ? badOutcome(body) : undefined)
  );
}

function fieldsOf(body: FollowedEvent): readonly Field[] {
  switch (body.$typeName) {
    case 'auth.v1.UserCreated':
      return [
        ['user_id', 'uuid', body.userId],
        ['email', 'address', body.email],
      ];
    case 'bids.v1.ItemCreated':
    case 'bids.v1.ItemUpdated':
      return [['item_id', 'uuid', body.itemId]];
    case 'bids.v1.ItemCancelled':
      return [
        ['item_id', 'uuid', body.itemId],
        ['seller_id', 'uuid or nothing', body.sellerId],
        ['cancelled_at', 'date', body.cancelledAt],
      ];
    case 'bids.v1.BidPlaced':
      return [
        ['user_id', 'uuid', body.userId],
        ['outbid_user_id', 'uuid or nothing', body.outbidUserId],
        ...bidFields(body),
      ];
    case 'bids.v1.ProxyBidPlaced':
      return [
        ['user_id', 'uuid', body.userId],
        ['outbid_user_id', 'uuid', body.outbidUserId],
        ...bidFields(body),
      ];
    case 'bids.v1.ItemBoughtNow':
      return [['buyer_id', 'uuid', body.buyerId], ...bidFields(body)];
    case 'bids.v1.AuctionEndingSoon':
      return [
        ['item_id', 'uuid', body.itemId],
        ['timestamp', 'date', body.timestamp],
        ['end_at', 'date', body.endAt],
        ...(body.currentHighestBid > 0n ? ([['currency', 'currency', body.currency]] as const) : []),
      ];
    case 'bids.v1.AuctionClosed':
      return [
        ['item_id', 'uuid', body.itemId],
        ['seller_id', 'uuid', body.sellerId],
        ['closed_at', 'date', body.closedAt],
      ];
    case 'bids.v1.ItemWatched':
    case 'bids.v1.ItemUnwatched':
      return [
        ['item_id', 'uuid', body.itemId],
        ['user_id', 'uuid', body.userId],
        ['timestamp', 'date', body.timestamp],
      ];
  }
}

function bidFields(body: {
  itemId: string;
  amount: bigint;
  currency: string;
  timestamp: string;
}): readonly Field[] {
  return [
    ['item_id', 'uuid', body.itemId],
    ['amount', 'amount', body.amount],
    ['currency', 'currency', body.currency],
    ['timestamp', 'date', body.timestamp],
  ];
}

function badOutcome(body: AuctionClosed): string | undefined {
  switch (body.outcome) {
    case ItemOutcome.NO_BIDS:
    case ItemOutcome.RESERVE_NOT_MET:
      return undefined;
    case ItemOutcome.SOLD:
      return problemOf([
        ['winner_id', 'uuid', body.winnerId],
        ['winning_amount', 'amount', body.winningAmount],
        ['currency', 'currency', body.currency],
      ]);
    default:
      return `unknown outcome ${body.outcome}`;
  }
}
