import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { transaction } from '@gavel/postgres/transaction';
import { BidPlacedSchema, ProxyBidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNotificationTables } from './adapters/postgres/notification-tables.ts';
import { type HandledEvent, handleEvent } from './application/handle-event.ts';
import type { EventOf } from './application/ports.ts';
import { notificationsProcess } from './process.ts';
import { deliveries, type HistoryEvent, histories, ledBefore, stretches } from './testing/bidding-history.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(notificationsProcess.database.migrations);
});
afterAll(() => database?.drop());

/** A new auction with people, an item and event ids of its own. */
function auction() {
  const itemId = randomUUID();
  const people = Array.from({ length: 4 }, () => randomUUID());
  const ids = new Map<number, string>();
  const idOf = (sequence: number): string => {
    const id = ids.get(sequence) ?? randomUUID();
    ids.set(sequence, id);
    return id;
  };
  const toEvent = ({ type, sequence, bidder, outbid, isFirst }: HistoryEvent): EventOf<HandledEvent> => {
    const fields = {
      itemId,
      userId: people[bidder] as string,
      outbidUserId: outbid === undefined ? '' : (people[outbid] as string),
      amount: BigInt(sequence * 100),
      currency: 'EUR',
      timestamp: new Date().toISOString(),
      title: 'Oak chair',
      bidCount: isFirst ? 1n : BigInt(sequence),
    };
    const body =
      type === 'bid'
        ? create(BidPlacedSchema, { ...fields, sellerId: randomUUID() })
        : create(ProxyBidPlacedSchema, fields);
    return { id: idOf(sequence), sequence: BigInt(sequence), body };
  };
  return { itemId, people, toEvent, ids };
}

it('events in any order, with duplicates: at most one notification each time a bidder is outbid, and one for each who does not lead at the end', async () => {
  const cases = histories({ maxima: true, longest: 7 }).chain((events) =>
    fc.tuple(fc.constant(events), deliveries(events)),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ([events, delivered]) => {
      const { itemId, people, toEvent, ids } = auction();
      for (const event of delivered) {
        await transaction(database.pool, (tx) =>
          handleEvent(createNotificationTables(tx, { mail: false }), toEvent(event)),
        );
      }
      const { rows } = await database.pool.query<{ user_id: string; event_id: string }>(
        'SELECT user_id, event_id FROM notifications WHERE item_id = $1',
        [itemId],
      );
      const sequences = new Map([...ids].map(([sequence, id]) => [id, sequence]));
      people.forEach((userId, person) => {
        const since = rows
          .filter((row) => row.user_id === userId)
          .map((row) => ledBefore(events, person, sequences.get(row.event_id) ?? Number.NaN));
        const possible = stretches(events, person);
        expect(new Set(since).size).toBe(since.length);
        expect(possible.map((each) => each.since)).toEqual(expect.arrayContaining(since));
        for (const { isLast, since: begun } of possible) if (isLast) expect(since).toContain(begun);
      });
    }),
    { numRuns: 60 },
  );
});
