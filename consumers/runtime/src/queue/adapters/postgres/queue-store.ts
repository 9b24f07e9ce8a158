import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { parkQueueMessage } from '../../../adapters/postgres/dead-letters.ts';
import { claimNewEvents } from '../../../adapters/postgres/processed-events.ts';
import type { QueueConsumerDefinition } from '../../../define-queue-consumer.ts';
import type { QueueStore } from '../../application/ports.ts';
import { queueNames } from '../../domain/queues.ts';

/** The records of a queue consumer in its own database. */
export function createQueueStore(pool: Pool, definition: QueueConsumerDefinition): QueueStore {
  const { name } = definition;
  const queue = queueNames(name).main;
  return {
    apply: (event) =>
      transaction(pool, async (tx) => {
        const fresh = await claimNewEvents(tx, name, [event.envelope.id]);
        if (fresh.size === 0) return 'duplicate';
        await definition.handle(tx, event);
        return 'handled';
      }),
    park: (deadLetter) =>
      transaction(pool, async (tx) => {
        // As for a stream consumer: an event that the handler failed on counts as handled, and a redrive does not check it
        // again.
        if (deadLetter.reason === 'handler_failed' && deadLetter.eventId !== undefined) {
          const fresh = await claimNewEvents(tx, name, [deadLetter.eventId]);
          if (fresh.size === 0) return 'duplicate';
        }
        await parkQueueMessage(tx, name, queue, deadLetter);
        return 'parked';
      }),
  };
}
