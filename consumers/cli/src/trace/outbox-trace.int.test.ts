import { dismiss } from '@gavel/outbox/dismiss';
import { outboxMigrations } from '@gavel/outbox/migrations';
import { publishAgain } from '@gavel/outbox/publish-again';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { transaction } from '@gavel/postgres/transaction';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findEventsOfTrace } from './events-of-trace.ts';
import { findIdRange } from './id-range.ts';
import { readOutboxTrace } from './outbox-trace.ts';

const ROWS = 30_000;
/** One row a second, the last one an hour ago. */
const FIRST_AT = Date.now() - (ROWS + 3_600) * 1_000;
const momentOf = (n: number): Date => new Date(FIRST_AT + n * 1_000);
/** UUIDv7s of a clock that differs by up to three milliseconds. */
const eventIds = Array.from({ length: ROWS }, (_, n) => {
  const made = (momentOf(n).getTime() + (n % 7) - 3).toString(16).padStart(12, '0');
  return `${made.slice(0, 8)}-${made.slice(8)}-7000-8000-${n.toString(16).padStart(12, '0')}`;
});

const INSERT = `
INSERT INTO outbox (event_id, type, subject, stream, aggregate_id, sequence, time, body, created_at)
SELECT e.id, 'bids.v1.BidPlaced', 'gavel.bids.bid_placed.a', 'gavel.bids', 'a', e.n, e.at, '', e.at
FROM unnest($1::uuid[], $2::timestamptz[]) WITH ORDINALITY AS e (id, at, n) ORDER BY n`;
/** Positions equal ids. Claims hold a hundred rows, confirmations ten, one claim behind. The first thousand have no confirmation time. */
const CLAIMS = `
INSERT INTO outbox_claims (epoch, high_id, first_position, last_position, ids, gap_low, gap_high, claimed_at)
SELECT 1, max(id), min(id), max(id), array_agg(id ORDER BY id), '{}', '{}', max(created_at) + interval '20 ms'
FROM outbox WHERE id <= $1 GROUP BY id / 100`;
const CONFIRMATIONS = `
INSERT INTO outbox_marks (high_id, first_position, last_position, confirmed_at)
SELECT max(id) + 100, min(id), max(id), max(created_at) + interval '90 ms' FROM outbox WHERE id > 1000 AND id <= $1 GROUP BY (id - 1) / 10`;

describe('the trace of an event in its outbox', () => {
  let database: TestDatabase;
  const trace = (n: number, late = false) =>
    readOutboxTrace(database.pool, eventIds[n] as string, momentOf(n), { late });

  beforeAll(async () => {
    database = await createTestDatabase([outboxMigrations]);
    await database.pool.query(INSERT, [eventIds, eventIds.map((_, n) => momentOf(n).toISOString())]);
    await database.pool.query(CLAIMS, [ROWS - 50]);
    await database.pool.query(CONFIRMATIONS, [ROWS - 100]);
    await database.pool.query('UPDATE outbox_relay SET published_position = $1', [ROWS - 100]);
  });
  afterAll(() => database.drop());

  it('is found by the time in its id, and few of many rows are read', async () => {
    const [from, until] = [momentOf(12_000), momentOf(12_020)];
    const range = await transaction(database.pool, (tx) => findIdRange(tx, { from, until }));
    expect(range?.low).toBeLessThanOrEqual(12_001);
    expect(range?.high).toBeGreaterThan(12_020);
    expect((range?.high ?? 0) - (range?.low ?? 0)).toBeLessThan(1_500);
    for (const n of [0, 1, 11_999, ROWS - 1]) {
      expect((await trace(n)).row).toMatchObject({ outboxId: n + 1, appendedAt: momentOf(n) });
    }
  });

  it('shows when the event was claimed and confirmed, if that has happened and was recorded', async () => {
    expect((await trace(20_005)).row).toMatchObject({
      position: 20_006,
      claimedAt: new Date(momentOf(20_098).getTime() + 20),
      confirmedAt: new Date(momentOf(20_009).getTime() + 90),
    });
    expect((await trace(500)).row).toMatchObject({ position: 501, confirmedAt: null, watermark: ROWS - 100 });
    expect((await trace(ROWS - 60)).row).toMatchObject({ position: ROWS - 59, confirmedAt: null });
    expect((await trace(ROWS - 1)).row).toMatchObject({ position: null, claimedAt: null, confirmedAt: null });
  });

  it('finds an event that was set aside and published again long after it was created', async () => {
    await database.pool.query(
      `INSERT INTO outbox_set_aside (position, outbox_id, event_id, type, subject, stream, aggregate_id, sequence, time, body, problem)
       SELECT id, id, event_id, type, subject, stream, aggregate_id, sequence, time, body, 'too large' FROM outbox WHERE id = 3001`,
    );
    expect((await trace(3_000)).row).toMatchObject({ position: 3_001, setAside: 'too large' });
    await publishAgain(database.pool, [eventIds[3_000] as string], { by: 'eve', reason: null });
    expect((await trace(3_000)).row).toBeUndefined();
    expect((await trace(3_000, true)).row).toMatchObject({
      outboxId: ROWS + 1,
      position: null,
      setAside: null,
    });
  });

  it('ends with the row, and shows the oldest row; an event that was set aside is known longer', async () => {
    await database.pool.query(
      `INSERT INTO outbox_set_aside (position, outbox_id, event_id, type, subject, stream, aggregate_id, sequence, time, body, problem)
       SELECT id, id, event_id, type, subject, stream, aggregate_id, sequence, time, body, 'no subject' FROM outbox WHERE id = 11`,
    );
    await database.pool.query('DELETE FROM outbox WHERE id <= 100');
    expect(await trace(5)).toEqual({ row: undefined, oldest: momentOf(100) });
    expect(await trace(10)).toMatchObject({
      row: { appendedAt: null, claimedAt: null, position: 11, setAside: 'no subject', dismissedAt: null },
      oldest: momentOf(100),
    });
    await dismiss(database.pool, [eventIds[10] as string], { by: 'eve', reason: 'a test' });
    expect((await trace(10)).row).toMatchObject({
      setAside: 'no subject',
      dismissedAt: expect.any(Date),
      dismissedBy: 'eve',
      dismissedReason: 'a test',
    });
  });

  it('is found by its trace id among the rows since a moment, and among those set aside', async () => {
    const [traceId, other] = ['4bf92f3577b34da6a3ce929d0e0e4736', '0af7651916cd43dd8448eb211c80319c'];
    const at = (n: number) => eventIds[n] as string;
    await database.pool.query(
      `UPDATE outbox SET traceparent = '00-' || CASE WHEN id IN (101, 29001, 29003) THEN $1 ELSE $2 END || '-00f067aa0ba902b7-01'
       WHERE id IN (101, 29001, 29002, 29003)`,
      [traceId, other],
    );
    const find = (id: string, since: Date) => findEventsOfTrace(database.pool, id, since);
    expect(await find(traceId, momentOf(20_000))).toEqual([at(29_000), at(29_002)]);
    expect(await find(traceId, new Date(0))).toEqual([at(100), at(29_000), at(29_002)]);
    expect(await find(other, new Date(0))).toEqual([at(29_001)]);
    expect(await find('f'.repeat(32), new Date(0))).toEqual([]);
    await database.pool.query('UPDATE outbox_set_aside SET traceparent = $1 WHERE outbox_id = 11', [
      `00-${other}-00f067aa0ba902b7-01`,
    ]);
    expect(await find(other, momentOf(20_000))).toEqual([at(29_001), at(10)]);
  });
});
