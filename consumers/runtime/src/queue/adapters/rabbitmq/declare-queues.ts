import { toBindingKey } from '@gavel/proto/subjects';
import { EVENTS_EXCHANGE } from '@gavel/proto/topology';
import { declareEventsExchange } from '@gavel/rabbitmq/topology';
import type { Channel } from 'amqplib';
import { defaultDelaysMs, type QueueConsumerDefinition } from '../../../define-queue-consumer.ts';
import { DEAD_LETTER_EXCHANGE, queueNames } from '../../domain/queues.ts';

/** The broker's own limit. The consumer's limit is lower and leaves a row in `dead_letters`. */
const DELIVERY_LIMIT = 20;
/** The rows are the dead letters. The parking queue's copies are for people who use the broker's own tools. */
const PARKED_LIMIT = 100_000;

/**
 * With at-least-once dead-lettering the broker loses nothing between two queues. This requires the overflow setting
 * reject-publish.
 */
const safely = {
  'x-queue-type': 'quorum',
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
} as const;

/**
 * Declares a consumer's queues and bindings, and their exchanges as the relay declares them. Does nothing where all of it
 * exists, and declares again what is missing. Rejects when something of the same name has other properties.
 * @returns how many messages wait in the main queue
 */
export async function declareQueues(channel: Channel, definition: QueueConsumerDefinition): Promise<number> {
  const { main, parked, retry } = queueNames(definition.name);
  await declareEventsExchange(channel);
  await channel.assertExchange(DEAD_LETTER_EXCHANGE, 'direct', { durable: true });
  await channel.assertQueue(parked, {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-max-length': PARKED_LIMIT },
  });
  await channel.bindQueue(parked, DEAD_LETTER_EXCHANGE, parked);
  const { messageCount } = await channel.assertQueue(main, {
    durable: true,
    arguments: {
      ...safely,
      'x-delivery-limit': DELIVERY_LIMIT,
      'x-dead-letter-exchange': DEAD_LETTER_EXCHANGE,
      'x-dead-letter-routing-key': parked,
    },
  });
  for (const stepMs of definition.onFailure?.delaysMs ?? defaultDelaysMs) {
    await channel.assertQueue(retry(stepMs), {
      durable: true,
      arguments: {
        ...safely,
        'x-message-ttl': stepMs,
        // The default exchange returns the message to the main queue, whatever is bound to the topic exchange at that time.
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': main,
      },
    });
  }
  for (const subscription of definition.subscriptions) {
    await channel.bindQueue(main, EVENTS_EXCHANGE, toBindingKey(subscription));
  }
  return messageCount;
}
