import { append } from '@gavel/outbox/append';
import { createPool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { v7 as uuid } from 'uuid';
import { appendBacklog, bidPlaced } from '../sample-events.ts';
import { type PeerUrls, type Producer, sharedClock } from './peer.ts';

/** Gavel as a contender: the real `append`, and the real relay process with its defaults, which the bench starts. */
export const gavel = {
  name: 'Gavel',
  settings: 'the relay process as `make up` starts it, no setting changed; backlog by append of 500',
  async open({ databaseUrl }: PeerUrls): Promise<Producer> {
    const pool = createPool({ connectionString: databaseUrl, applicationName: 'bench' });
    return {
      append: (events) => appendBacklog(pool, events.length),
      // `append` makes the event ids, so the peer's id is sent as the auction's id.
      async commit() {
        const itemId = uuid();
        const body = bidPlaced(itemId, uuid(), 1n);
        await transaction(pool, (tx) =>
          append(tx, [{ schema: BidPlacedSchema, aggregateId: itemId, sequence: 1n, body }]),
        );
        return { id: itemId, at: sharedClock() };
      },
      close: () => pool.end(),
    };
  },
};
