import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startListener } from './listener.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

const AWHILE = { timeout: 30_000, interval: 20 };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase([]);
});
afterAll(() => database.drop());

describe('the listener', () => {
  it('receives notifications again after it has lost its connection', async () => {
    const heard: string[] = [];
    let connects = 0;
    const listener = startListener({
      connectionString: database.url,
      channel: 'Mixed Case',
      onNotify: (payload) => heard.push(payload),
      onConnect: () => connects++,
    });
    await vi.waitFor(() => expect(connects).toBe(1), AWHILE);
    await database.pool.query(`SELECT pg_notify('Mixed Case', 'one')`);
    await vi.waitFor(() => expect(heard).toEqual(['one']), AWHILE);

    await database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    );
    await vi.waitFor(() => expect(connects).toBe(2), AWHILE);
    expect(listener.connected).toBe(true);
    await database.pool.query(`SELECT pg_notify('Mixed Case', 'two')`);
    await vi.waitFor(() => expect(heard).toEqual(['one', 'two']), AWHILE);
    await listener.stop();
    expect(listener.connected).toBe(false);
  });
});
