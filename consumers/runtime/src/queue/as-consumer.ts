import type { ConsumerDefinition } from '../define-consumer.ts';
import type { QueueConsumerDefinition } from './define-queue-consumer.ts';

/** A queue consumer in the form of a stream consumer, for the code that both share: classifying and redriving events. */
export function asConsumer(definition: QueueConsumerDefinition): ConsumerDefinition {
  return {
    name: definition.name,
    // Read by nobody here: what is on the queue was selected by its bindings, from every stream's events.
    stream: 'gavel.bids',
    subscription: '>',
    types: definition.types,
    onFailure: { laterEvents: 'continue', ...definition.onFailure },
    async handle(tx, events) {
      for (const event of events) await definition.handle(tx, event);
    },
  };
}
