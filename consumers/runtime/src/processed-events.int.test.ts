import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { transaction } from '@gavel/postgres/transaction';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  claimNewEvents,
  forgetProcessedEvents,
  makeProcessedEventDays,
} from './adapters/postgres/processed-events.ts';
import { consumerRuntimeMigrations } from './consumer-process.ts';
import { uuidv7 } from './testing/foreign-producer.ts';

const DAY = 24 * 3600 * 1000;
const now = Date.UTC(2026, 5, 15, 13);

describe('processed events', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase([consumerRuntimeMigrations]);
  });
  afterAll(() => database.drop());

  const claim = (...ids: string[]) => transaction(database.pool, (tx) => claimNewEvents(tx, 'c', ids));
  const rowsIn = async (table: string) => {
    const { rows } = await database.pool.query(`SELECT count(*)::integer AS n FROM ${table}`);
    return rows[0]?.n;
  };

  it('are kept per day, dropped per day, and unique over all days', async () => {
    const [early, today, later, foreign] = [
      uuidv7(now - 10 * DAY),
      uuidv7(now),
      uuidv7(now + 30 * DAY),
      'ffffffff-ffff-4fff-bfff-ffffffffffff',
    ];
    // Before the table of a day exists, its rows are in the default partition. Creating the table moves them.
    expect(await claim(early, today)).toEqual(new Set([early, today]));
    await Promise.all([1, 2, 3].map(() => makeProcessedEventDays(database.pool, now)));
    expect(await rowsIn('processed_events_20260615')).toBe(1);
    expect(await rowsIn('processed_events_20260605')).toBe(1);
    expect(await claim(later, foreign, later)).toEqual(new Set([later, foreign]));
    expect(await rowsIn('processed_events_default')).toBe(2);

    expect(await claim(early, today, later, foreign)).toEqual(new Set());

    // The early day is dropped when the stream has held nothing of it for two weeks; later days stay.
    await forgetProcessedEvents(database.pool, now + 4 * DAY);
    expect(await claim(early)).toEqual(new Set());
    await forgetProcessedEvents(database.pool, now + 6 * DAY);
    expect(await claim(today, later, foreign)).toEqual(new Set());
    expect(await claim(early)).toEqual(new Set([early]));
  });

  it('stay in the default partition if moving them would delay all batches', async () => {
    const day = now + 20 * DAY;
    const ids = Array.from({ length: 10_001 }, () => uuidv7(day));
    await claim(...ids);
    await makeProcessedEventDays(database.pool, day);
    expect(await rowsIn('processed_events_default')).toBeGreaterThanOrEqual(10_001);
    expect(await rowsIn('processed_events_20260706')).toBe(0);
    expect(await claim(...ids)).toEqual(new Set());
  });

  it('of other days are pruned by their processing time', async () => {
    await database.pool.query(
      "UPDATE processed_events_default SET processed_at = now() - interval '15 days'",
    );
    await forgetProcessedEvents(database.pool, Date.now());
    expect(await rowsIn('processed_events_default')).toBe(0);
  });
});
