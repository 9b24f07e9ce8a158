import {
  defineQueueConsumer,
  type QueueConsumerDefinition,
} from '@gavel/consumer-runtime/define-queue-consumer';
import { UserCreatedSchema } from '@gavel/proto/gen/auth/v1/events_pb';
import {
  AuctionClosedSchema,
  AuctionEndingSoonSchema,
  BidPlacedSchema,
  ItemBoughtNowSchema,
  ItemCancelledSchema,
  ItemCreatedSchema,
  ItemUnwatchedSchema,
  ItemUpdatedSchema,
  ItemWatchedSchema,
  ProxyBidPlacedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import { notificationTables } from './adapters/postgres/notification-tables.ts';
import { followEvent } from './application/follow-event.ts';

const types = [
  UserCreatedSchema,
  ItemCreatedSchema,
  ItemUpdatedSchema,
  ItemCancelledSchema,
  BidPlacedSchema,
  ProxyBidPlacedSchema,
  ItemBoughtNowSchema,
  AuctionEndingSoonSchema,
  AuctionClosedSchema,
  ItemWatchedSchema,
  ItemUnwatchedSchema,
];

/** Tells people what happened to their bids and items. With `mail`, those that people want mailed are. */
export function notificationsConsumer({
  mail,
}: {
  mail: boolean;
}): QueueConsumerDefinition<(typeof types)[number]> {
  return defineQueueConsumer({
    name: 'notifications',
    subscriptions: [
      'gavel.auth.user_created.*',
      'gavel.bids.item_created.*',
      'gavel.bids.item_updated.*',
      'gavel.bids.item_cancelled.*',
      'gavel.bids.bid_placed.*',
      'gavel.bids.proxy_bid_placed.*',
      'gavel.bids.item_bought_now.*',
      'gavel.bids.auction_ending_soon.*',
      'gavel.bids.auction_closed.*',
      'gavel.bids.item_watched.*',
      'gavel.bids.item_unwatched.*',
    ],
    types,
    handle: (tx, { envelope: { id, sequence }, body }) =>
      followEvent(notificationTables(tx, { mail }), { id, sequence: BigInt(sequence), body }),
  });
}
