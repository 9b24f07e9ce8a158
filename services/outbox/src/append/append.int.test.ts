import { create, fromBinary } from '@bufbuild/protobuf';
import { startListener } from '@gavel/postgres/listener';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { transaction } from '@gavel/postgres/transaction';
import { BidSchema } from '@gavel/proto/gen/bids/v1/bids_pb';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';

import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { outboxMigrations } from '../migrations.ts';
import { append, type NewEvent, WAKE_CHANNEL } from './append.ts';

const AWHILE = { timeout: 30_000, interval: 20 };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase([outboxMigrations]);
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('TRUNCATE outbox'));

const bid = (itemId: string, sequence: bigint): NewEvent<typeof BidPlacedSchema> => ({
  schema: BidPlacedSchema,
  body: { bidId: uuidv7(), itemId, amount: 100n },
  aggregateId: itemId,
  sequence,
});
const appended = (...events: NewEvent[]): Promise<void> =>
  transaction(database.pool, (tx) => append(tx, events));
const rows = async (): Promise<Record<string, unknown>[]> =>
  (await database.pool.query('SELECT * FROM outbox ORDER BY id')).rows;

describe('append', () => {
  it('writes everything that is needed to publish the event', async () => {
    const item = uuidv7();
    const time = new Date('2026-01-02T03:04:05.678Z');
    await appended({ ...bid(item, 1n), time });
    const [row] = await rows();
    expect(row).toMatchObject({
      type: 'bids.v1.BidPlaced',
      subject: `gavel.bids.bid_placed.${item}`,
      stream: 'gavel.bids',
      aggregate_id: item,
      sequence: 1n,
      time,
    });
    expect(fromBinary(BidPlacedSchema, row?.body as Buffer)).toMatchObject({ itemId: item, amount: 100n });
  });

  it('is rolled back with its transaction', async () => {
    const failing = transaction(database.pool, async (tx) => {
      await append(tx, [bid(uuidv7(), 1n)]);
      throw new Error('business says no');
    });
    await expect(failing).rejects.toThrow('business says no');
    expect(await rows()).toEqual([]);
  });

  it('gives the events of one call ascending ids', async () => {
    const item = uuidv7();
    await appended(...Array.from({ length: 50 }, (_, i) => bid(item, BigInt(i + 1))));
    expect((await rows()).map((row) => row.sequence)).toEqual(
      Array.from({ length: 50 }, (_, i) => BigInt(i + 1)),
    );
  });

  it('refuses an event type that is not in the registry', async () => {
    const unknown = {
      ...bid(uuidv7(), 1n),
      schema: BidSchema,
      body: create(BidSchema),
    } as unknown as NewEvent;
    await expect(appended(unknown)).rejects.toThrow('bids.v1.Bid is not in the registry');
    expect(await rows()).toEqual([]);
  });

  it('refuses an event that is too large, and an aggregate id or sequence that is not valid', async () => {
    const item = uuidv7();
    const huge = { ...bid(item, 1n), body: { itemId: item, timestamp: 'x'.repeat(1_000_000) } };
    await expect(appended(huge)).rejects.toThrow(RangeError);
    await expect(appended(bid('Not A Token', 1n))).rejects.toThrow(RangeError);
    await expect(appended(bid(item, 0n))).rejects.toThrow(RangeError);
  });

  it('refuses a sequence that the aggregate has already used', async () => {
    const item = uuidv7();
    await appended(bid(item, 1n));
    await expect(appended(bid(item, 1n))).rejects.toMatchObject({ code: '23505' });
  });

  it('stores the active trace context', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const { W3CTraceContextPropagator } = await import('@opentelemetry/core');
    const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const parent = propagation.extract(ROOT_CONTEXT, { traceparent, tracestate: 'x=y' });
    expect(trace.getSpanContext(parent)).toBeDefined();
    await context.with(parent, () => appended(bid(uuidv7(), 1n)));
    await appended(bid(uuidv7(), 1n));
    expect((await rows()).map((row) => [row.traceparent, row.tracestate])).toEqual([
      [traceparent, 'x=y'],
      [null, null],
    ]);
    propagation.disable();
    context.disable();
  });

  it('takes the transaction id before it draws an outbox id, as the gap reader requires', async () => {
    // The default of `id` fails if the transaction has no id at that moment.
    await database.pool.query(`
      CREATE FUNCTION checked_id() RETURNS bigint LANGUAGE plpgsql AS $$
      BEGIN
        IF pg_current_xact_id_if_assigned() IS NULL THEN RAISE 'id drawn first'; END IF;
        RETURN nextval('outbox_id_seq');
      END $$;
      ALTER TABLE outbox ALTER COLUMN id SET DEFAULT checked_id()`);
    try {
      await appended(bid(uuidv7(), 1n), bid(uuidv7(), 1n));
      await expect(
        database.pool.query(
          `INSERT INTO outbox (event_id, type, subject, stream, aggregate_id, sequence, time, body)
           VALUES (gen_random_uuid(), '', '', '', '', 1, now(), '')`,
        ),
      ).rejects.toThrow('id drawn first');
    } finally {
      await database.pool.query(`ALTER TABLE outbox ALTER COLUMN id SET DEFAULT nextval('outbox_id_seq')`);
    }
  });
});

describe('the notification of the relay', () => {
  it('is sent after a commit and not after a rollback, and many commits share few notifications', async () => {
    let heard = 0;
    let connected = false;
    const listener = startListener({
      connectionString: database.url,
      channel: WAKE_CHANNEL,
      onNotify: () => heard++,
      onConnect: () => {
        connected = true;
      },
    });
    await vi.waitFor(() => expect(connected).toBe(true), AWHILE);
    await transaction(database.pool, async (tx) => {
      await append(tx, [bid(uuidv7(), 1n)]);
      throw new Error('no');
    }).catch(() => undefined);
    await appended(bid(uuidv7(), 1n));
    await vi.waitFor(() => expect(heard).toBe(1), AWHILE);
    await Promise.all(Array.from({ length: 200 }, () => appended(bid(uuidv7(), 1n))));
    await vi.waitFor(() => expect(heard).toBeGreaterThan(1), AWHILE);
    expect(heard).toBeLessThan(150);
    await listener.stop();
  });
});
