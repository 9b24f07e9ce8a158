import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { transaction } from '@gavel/postgres/transaction';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { park } from './adapters/postgres/dead-letters.ts';
import { claimNewEvents } from './adapters/postgres/processed-events.ts';
import { consumerRuntimeMigrations } from './consumer-process.ts';
import { discard, readDecisions } from './dead-letter-decisions.ts';
import { editAndRedrive, redrive } from './redrive.ts';
import { bidMessage, type EventMessage } from './testing/foreign-producer.ts';
import { appliedSequences, createAppliedTable, recordingConsumer } from './testing/recording-consumer.ts';

const eve = { by: 'eve', reason: 'the seller sent the id' };
const adam = { by: 'adam', reason: null };

describe('decisions about dead letters', () => {
  let database: TestDatabase;
  let isBroken = false;
  const definition = recordingConsumer({ laterEvents: 'continue' }, () => {
    if (isBroken) throw new Error('broken');
  });

  beforeAll(async () => {
    database = await createTestDatabase([consumerRuntimeMigrations]);
    await createAppliedTable(database.pool);
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    isBroken = false;
  });

  /** Parks an event that breaks a rule, as a consumer does. Returns its id as a dead letter. */
  const parkInvalid = async ({ envelope, properties, body }: EventMessage): Promise<bigint> => {
    await transaction(database.pool, (tx) =>
      park(tx, definition.name, 'gavel.bids-0', [
        {
          offset: 0n,
          eventId: envelope.id,
          eventType: envelope.type,
          aggregateId: envelope.partitionkey,
          headers: properties,
          body,
          reason: 'invalid_event',
          error: 'user_id: must be a valid UUID',
          attempts: 1,
        },
      ]),
    );
    const { rows } = await database.pool.query<{ id: bigint }>(
      'SELECT id FROM dead_letters WHERE event_id = $1',
      [envelope.id],
    );
    return rows[0]?.id ?? 0n;
  };
  const invalidBid = (itemId: string) => bidMessage({ itemId, userId: 'nobody' }, 1);
  const correctedBody = (itemId: string) => bidMessage({ itemId, userId: randomUUID() }, 1).body;
  const stored = async (id: bigint) => {
    const { rows } = await database.pool.query<{ status: string; error: string; body: Buffer }>(
      'SELECT status, error, body FROM dead_letters WHERE id = $1',
      [id],
    );
    return rows[0];
  };

  it('apply an edited event, keep its original body, and record who edited it, when and why', async () => {
    const itemId = randomUUID();
    const bid = invalidBid(itemId);
    const id = await parkInvalid(bid);
    const body = correctedBody(itemId);
    expect(await editAndRedrive(database.pool, definition, id, body, eve)).toEqual({ outcome: 'redriven' });
    expect(await appliedSequences(database.pool, itemId)).toEqual([1]);
    expect(await stored(id)).toMatchObject({ status: 'redriven', body });
    expect(await readDecisions(database.pool, id)).toEqual([
      {
        decision: 'edit-and-redrive',
        at: expect.any(Date),
        settled: true,
        problem: null,
        originalBody: bid.body,
        ...eve,
      },
    ]);
  });

  it('leave an event parked as it was while the edited one breaks a rule or cannot be handled', async () => {
    const itemId = randomUUID();
    const bid = invalidBid(itemId);
    const id = await parkInvalid(bid);
    const before = await stored(id);
    const invalid = await editAndRedrive(database.pool, definition, id, invalidBid(itemId).body, eve);
    expect(invalid).toEqual({ outcome: 'unreadable', problem: expect.stringContaining('user_id') });
    isBroken = true;
    const failed = await editAndRedrive(database.pool, definition, id, correctedBody(itemId), eve);
    expect(failed).toEqual({ outcome: 'failed', problem: 'broken' });
    expect(await stored(id)).toEqual(before);
    expect(await appliedSequences(database.pool, itemId)).toEqual([]);
    expect(await readDecisions(database.pool, id)).toMatchObject([
      { settled: false, problem: expect.stringContaining('user_id'), originalBody: null },
      { settled: false, problem: 'broken', originalBody: null },
    ]);
  });

  it('do not apply an edit if another copy of the event was handled meanwhile', async () => {
    const itemId = randomUUID();
    const bid = invalidBid(itemId);
    const id = await parkInvalid(bid);
    await transaction(database.pool, (tx) => claimNewEvents(tx, definition.name, [bid.envelope.id]));
    expect(await editAndRedrive(database.pool, definition, id, correctedBody(itemId), eve)).toEqual({
      outcome: 'already-handled',
    });
    expect(await stored(id)).toMatchObject({ status: 'redriven', body: bid.body });
    expect(await appliedSequences(database.pool, itemId)).toEqual([]);
  });

  it('record each redrive, also one that failed', async () => {
    const itemId = randomUUID();
    const id = await parkInvalid(bidMessage({ itemId, userId: randomUUID() }, 1));
    isBroken = true;
    expect(await redrive(database.pool, definition, id, eve)).toEqual({
      outcome: 'failed',
      problem: 'broken',
    });
    isBroken = false;
    expect(await redrive(database.pool, definition, id, adam)).toEqual({ outcome: 'redriven' });
    expect(await redrive(database.pool, definition, id, adam)).toEqual({ outcome: 'not-parked' });
    expect(await readDecisions(database.pool, id)).toMatchObject([
      { decision: 'redrive', settled: false, problem: 'broken', ...eve },
      { decision: 'redrive', settled: true, problem: null, ...adam },
    ]);
  });

  it('discard what is parked, and record it once', async () => {
    const [first, second] = [
      await parkInvalid(invalidBid(randomUUID())),
      await parkInvalid(invalidBid(randomUUID())),
    ];
    expect(await discard(database.pool, [first], eve)).toEqual([first]);
    expect(await discard(database.pool, [first, second, 999_999n], adam)).toEqual([second]);
    expect(await stored(first)).toMatchObject({ status: 'discarded' });
    expect(await readDecisions(database.pool, first)).toMatchObject([
      { decision: 'discard', settled: true, ...eve },
    ]);
    expect(await readDecisions(database.pool, second)).toMatchObject([{ decision: 'discard', ...adam }]);
    expect(await redrive(database.pool, definition, first, eve)).toEqual({ outcome: 'not-parked' });
  });
});
