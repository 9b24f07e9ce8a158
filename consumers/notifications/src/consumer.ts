import {
  defineQueueConsumer,
  type QueueConsumerDefinition,
} from '@gavel/consumer-runtime/define-queue-consumer';
import { subscriptionTo } from '@gavel/proto/registry';
import { createNotificationTables } from './adapters/postgres/notification-tables.ts';
import { handledEvents, handleEvent } from './application/handle-event.ts';

/** Notifies people about their bids and items. With `mail`, notices are also mailed to people who want mail. */
export function notificationsConsumer({
  mail,
}: {
  mail: boolean;
}): QueueConsumerDefinition<(typeof handledEvents)[number]> {
  return defineQueueConsumer({
    name: 'notifications',
    subscriptions: handledEvents.map(subscriptionTo),
    types: handledEvents,
    handle: (tx, { envelope: { id, sequence }, body }) =>
      handleEvent(createNotificationTables(tx, { mail }), { id, sequence: BigInt(sequence), body }),
  });
}
