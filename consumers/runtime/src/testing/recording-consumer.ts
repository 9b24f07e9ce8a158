import type { Pool } from '@gavel/postgres/pool';
import type { Transaction } from '@gavel/postgres/transaction';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { type ConsumerDefinition, defineConsumer, type FailurePolicy } from '../define-consumer.ts';

export type RecordedEvent = Parameters<ConsumerDefinition<typeof BidPlacedSchema>['handle']>[1][number];

/** Runs before each recording; throws to make the handler fail. */
export type BeforeRecording = (events: readonly RecordedEvent[], tx: Transaction) => Promise<void> | void;

/** A projection that records every event that its handler received, in order: `applied(n, item_id, sequence)`. */
export function recordingConsumer(
  onFailure: FailurePolicy,
  before: BeforeRecording = () => undefined,
  name = 'recording',
): ConsumerDefinition<typeof BidPlacedSchema> {
  return defineConsumer({
    name,
    stream: 'gavel.bids',
    subscription: 'gavel.bids.bid_placed.*',
    types: [BidPlacedSchema],
    onFailure,
    async handle(tx, events) {
      await before(events, tx);
      await tx.query(
        `INSERT INTO applied (consumer, item_id, sequence)
         SELECT $1, item_id, sequence FROM unnest($2::text[], $3::bigint[]) WITH ORDINALITY AS e(item_id, sequence, n)
         ORDER BY n`,
        [name, events.map((event) => event.body.itemId), events.map((event) => event.envelope.sequence)],
      );
    },
  });
}

/** Creates the projection's table. */
export function createAppliedTable(pool: Pool): Promise<unknown> {
  return pool.query(
    'CREATE TABLE applied (n bigint GENERATED ALWAYS AS IDENTITY, consumer text, item_id text, sequence bigint)',
  );
}

/** The sequences of one item that were applied, in order. */
export async function appliedSequences(
  pool: Pool,
  itemId: string,
  consumer = 'recording',
): Promise<number[]> {
  const { rows } = await pool.query<{ sequence: bigint }>(
    'SELECT sequence FROM applied WHERE item_id = $1 AND consumer = $2 ORDER BY n',
    [itemId, consumer],
  );
  return rows.map((row) => Number(row.sequence));
}
