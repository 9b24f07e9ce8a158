import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { outboxMigrations } from '../migrations.ts';
import { readBacklog } from '../relay/backlog.ts';
import { unknownType } from '../relay/publish/to-message.ts';
import { dismiss } from './dismiss.ts';
import { publishAgain, publishTypesKnownByNow } from './publish-again.ts';
import { readDecisions, readSetAside } from './read-set-aside.ts';

const TYPE = 'bids.v1.BidPlaced';

describe('events that were set aside', () => {
  let database: TestDatabase;
  let position = 0;

  beforeAll(async () => {
    database = await createTestDatabase([outboxMigrations]);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    await database.pool.query(
      'DELETE FROM outbox; DELETE FROM outbox_set_aside; DELETE FROM outbox_published_again',
    );
  });

  /** Sets an event aside as a relay does. Its id is returned. */
  const setAside = async (row: { type?: string; problem?: string; stream?: string | null } = {}) => {
    position += 1;
    const eventId = uuidv7();
    await database.pool.query(
      `INSERT INTO outbox_set_aside
         (position, outbox_id, event_id, type, subject, stream, aggregate_id, sequence, time, body, problem)
       VALUES ($1, $1, $2, $3, 'gavel.bids.bid_placed.a', $4, 'a', $1, now(), 'body', $5)`,
      [
        position,
        eventId,
        row.type ?? TYPE,
        row.stream === undefined ? 'gavel.bids' : row.stream,
        row.problem ?? 'too large',
      ],
    );
    return eventId;
  };
  const inOutbox = async (): Promise<string[]> =>
    (await database.pool.query<{ id: string }>('SELECT event_id AS id FROM outbox ORDER BY id')).rows.map(
      ({ id }) => id,
    );
  const listed = async (): Promise<string[]> =>
    (await readSetAside(database.pool, {})).map(({ eventId }) => eventId);

  it('are published again, and who decided that, when and why is recorded', async () => {
    const [first, second, other] = [await setAside(), await setAside(), await setAside()];
    const results = await publishAgain(database.pool, [second, first.toUpperCase()], {
      by: 'eve',
      reason: 'the stream exists now',
    });
    expect(results).toEqual([
      { eventId: second, outcome: 'published-again' },
      { eventId: first.toUpperCase(), outcome: 'published-again' },
    ]);
    expect(await inOutbox()).toEqual([first, second]);
    expect(await listed()).toEqual([other]);
    const decisions = await readDecisions(database.pool, 10);
    expect(decisions).toHaveLength(2);
    expect(decisions.find(({ eventId }) => eventId === first)).toEqual({
      decision: 'published-again',
      at: expect.any(Date),
      by: 'eve',
      reason: 'the stream exists now',
      eventId: first,
      type: TYPE,
      problem: 'too large',
      setAsideAt: expect.any(Date),
    });
  });

  it('stay in their table when they are dismissed, with who, when and why, and no longer count', async () => {
    const [gone, open] = [await setAside(), await setAside()];
    expect(await readBacklog(database.pool)).toMatchObject({ setAside: 2 });
    const results = await dismiss(database.pool, [gone, uuidv7()], { by: 'eve', reason: 'a test bid' });
    expect(results.map(({ outcome }) => outcome)).toEqual(['dismissed', 'not-set-aside']);
    expect(await readBacklog(database.pool)).toMatchObject({ setAside: 1 });
    expect(await listed()).toEqual([open]);
    expect(await readDecisions(database.pool, 10)).toMatchObject([
      { decision: 'dismissed', by: 'eve', reason: 'a test bid', eventId: gone, at: expect.any(Date) },
    ]);
    // The row is still there: a relay that takes over and a refill leave its position out.
    const { rows } = await database.pool.query(
      `SELECT event_id AS id, convert_from(body, 'UTF8') AS body FROM outbox_set_aside ORDER BY position`,
    );
    expect(rows).toEqual([
      { id: gone, body: 'body' },
      { id: open, body: 'body' },
    ]);
  });

  it('are dismissed once: the first decision stays, and they are not published again', async () => {
    const eventId = await setAside();
    await dismiss(database.pool, [eventId], { by: 'eve', reason: 'first' });
    const again = await dismiss(database.pool, [eventId], { by: 'adam', reason: 'second' });
    expect(again).toEqual([{ eventId, outcome: 'already-dismissed' }]);
    expect(await publishAgain(database.pool, [eventId], { by: 'adam', reason: null })).toEqual([
      { eventId, outcome: 'dismissed' },
    ]);
    expect(await inOutbox()).toEqual([]);
    expect(await readDecisions(database.pool, 10)).toMatchObject([{ by: 'eve', reason: 'first' }]);
  });

  it('of an early version without a stream are reported as incomplete, and can be dismissed', async () => {
    const [early, complete] = [await setAside({ stream: null }), await setAside()];
    const results = await publishAgain(database.pool, [early, complete], { by: 'eve', reason: null });
    expect(results.map(({ outcome }) => outcome)).toEqual(['incomplete', 'published-again']);
    expect(await inOutbox()).toEqual([complete]);
    expect(await listed()).toEqual([early]);
    const [dismissed] = await dismiss(database.pool, [early], { by: 'eve', reason: 'no stream' });
    expect(dismissed).toEqual({ eventId: early, outcome: 'dismissed' });
  });

  it('are published by a relay that knows their type by now, but not after they were dismissed', async () => {
    const problem = unknownType(TYPE);
    const [dismissed, waiting] = [await setAside({ problem }), await setAside({ problem })];
    await dismiss(database.pool, [dismissed], { by: 'eve', reason: 'sent by hand' });
    expect(await publishTypesKnownByNow(database.pool, 'relay-bids')).toEqual([waiting]);
    expect(await inOutbox()).toEqual([waiting]);
    expect((await readDecisions(database.pool, 1))[0]).toMatchObject({
      decision: 'published-again',
      by: 'relay-bids',
      reason: 'this relay knows the type',
    });
  });

  it('are listed by type, newest first, up to a limit', async () => {
    const [first, , third] = [await setAside(), await setAside({ type: 'bids.v1.Other' }), await setAside()];
    const found = await readSetAside(database.pool, { type: TYPE });
    expect(found.map(({ eventId }) => eventId)).toEqual([third, first]);
    expect(await readSetAside(database.pool, { limit: 1 })).toMatchObject([{ eventId: third }]);
  });
});
