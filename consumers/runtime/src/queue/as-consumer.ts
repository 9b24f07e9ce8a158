import type { DescMessage } from '@bufbuild/protobuf';
import type { ConsumerDefinition } from '../define-consumer.ts';
import type { QueueConsumerDefinition } from './define-queue-consumer.ts';

/** A work queue's consumer seen as one of the log's: what judges and redrives events sees no difference. */
export function asConsumer<S extends DescMessage>(
  definition: QueueConsumerDefinition<S>,
): ConsumerDefinition<S> {
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
