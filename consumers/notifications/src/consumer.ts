import { PermanentFailure } from '@gavel/consumer-runtime/permanent-failure';
import {
  defineQueueConsumer,
  type QueueConsumerDefinition,
} from '@gavel/consumer-runtime/queue/define-queue-consumer';
import { UserCreatedSchema } from '@gavel/proto/gen/auth/v1/events_pb';
import {
  AuctionClosedSchema,
  BidPlacedSchema,
  ItemCancelledSchema,
  ItemCreatedSchema,
  ItemUpdatedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import { notificationTables } from './adapters/postgres/notification-tables.ts';
import { followEvent } from './application/follow-event.ts';

const types = [
  UserCreatedSchema,
  ItemCreatedSchema,
  ItemUpdatedSchema,
  ItemCancelledSchema,
  BidPlacedSchema,
  AuctionClosedSchema,
];

/** Tells people what happened to their bids and items. With `mail`, each notification is to be mailed as well. */
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
      'gavel.bids.auction_closed.*',
    ],
    types,
    async handle(tx, { envelope, body }) {
      const sequence = BigInt(envelope.sequence);
      const outcome = await followEvent(notificationTables(tx, { mail }), {
        id: envelope.id,
        sequence,
        body,
      });
      if (!outcome.ok) throw new PermanentFailure(outcome.unusable);
    },
  });
}
