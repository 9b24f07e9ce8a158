import { createHash } from 'node:crypto';
import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import { claimNewEvents } from '../../../adapters/postgres/processed-events.ts';
import {
  MAX_AGGREGATE_ID,
  MAX_ERROR,
  MAX_STACK,
  storable,
  storableHeaders,
} from '../../../adapters/postgres/storable-text.ts';
import type { QueueConsumerDefinition } from '../../../define-queue-consumer.ts';
import type { QueueLetter, QueueStore } from '../../application/queued-delivery.ts';
import { queueNames } from '../../domain/queues.ts';

/** The store of one consumer in its own database. */
export function createQueueStore(pool: Pool, definition: QueueConsumerDefinition): QueueStore {
  const { name, handle } = definition;
  const queue = queueNames(name).main;
  return {
    apply: (event) =>
      transaction(pool, async (tx) => {
        const fresh = await claimNewEvents(tx, name, [event.envelope.id]);
        if (fresh.size === 0) return 'duplicate';
        await handle(tx, event);
        return 'handled';
      }),
    park: (letter) =>
      transaction(pool, async (tx) => {
        // As in the log: an event that the handler was tried on is settled, and redriving it asks no more.
        if (letter.reason === 'handler_failed' && letter.eventId !== undefined) {
          const fresh = await claimNewEvents(tx, name, [letter.eventId]);
          if (fresh.size === 0) return 'duplicate';
        }
        await insertLetter(tx, name, queue, letter);
        return 'parked';
      }),
  };
}

async function insertLetter(
  tx: Transaction,
  consumer: string,
  queue: string,
  letter: QueueLetter,
): Promise<void> {
  await tx.query({
    name: 'park-queue-letter',
    text: `INSERT INTO dead_letters (consumer, stream_partition, message_key, event_id, event_type, aggregate_id,
             headers, body, reason, error, stack, attempts, trace_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
           ON CONFLICT (consumer, message_key) WHERE message_key IS NOT NULL AND status = 'parked'
             DO UPDATE SET parked_at = excluded.parked_at`,
    values: [
      consumer,
      queue,
      messageKey(letter),
      letter.eventId ?? null,
      storable(letter.eventType),
      storable(letter.aggregateId, MAX_AGGREGATE_ID),
      JSON.stringify(storableHeaders(letter.headers)),
      Buffer.from(letter.body),
      letter.reason,
      storable(letter.error, MAX_ERROR),
      storable(letter.stack, MAX_STACK),
      letter.attempts,
      letter.traceId ?? null,
    ],
  });
}

// What a queue delivers twice has nothing in common but its content.
function messageKey({ headers, body }: QueueLetter): Buffer {
  const hash = createHash('sha256');
  for (const name of Object.keys(headers).sort()) hash.update(`${name}\u0000${headers[name]}\u0000`);
  return hash.update(body).digest();
}
