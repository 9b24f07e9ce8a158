import { createPool } from '@gavel/postgres/pool';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { type BidsUnderTest, startBidsUnderTest } from '../../testing/bids-under-test.ts';

const AWHILE = { timeout: 30_000, interval: 100 };

let bids: BidsUnderTest;
beforeAll(async () => {
  bids = await startBidsUnderTest();
});
afterAll(() => bids?.stop());

const readyz = async (): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`${bids.url}/readyz`);
  return { status: response.status, body: await response.json() };
};

it('with a read-only database bids are UNAVAILABLE and change nothing, and /readyz says why', async () => {
  const seller = await bids.newUser();
  const bidder = await bids.newUser();
  const item = await bids.createItem(seller);
  expect((await readyz()).status).toBe(200);

  const admin = createPool({
    connectionString: inject('infrastructure').postgresUrl,
    applicationName: 'admin',
  });
  const name = new URL(bids.database.url).pathname.slice(1);
  await admin.query(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`);
  try {
    expect(await readyz()).toMatchObject({
      status: 503,
      body: { checks: { database: { ok: false, problem: 'is read-only' } } },
    });
    // Sessions that were opened before may still write, so they are ended here.
    await admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
      [name],
    );
    await vi.waitFor(async () => {
      const { status, error } = await bidder.call('PlaceBid', { itemId: item.id, amount: '150' });
      expect({ status, error }).toMatchObject({
        status: 503,
        error: { reason: 'UNAVAILABLE', metadata: {} },
      });
    }, AWHILE);
  } finally {
    await admin.query(`ALTER DATABASE "${name}" RESET default_transaction_read_only`);
    await admin.end();
  }
  await vi.waitFor(async () => expect((await readyz()).status).toBe(200), AWHILE);
  await vi.waitFor(async () => {
    expect((await bidder.call('PlaceBid', { itemId: item.id, amount: '150' })).status).toBe(200);
  }, AWHILE);
  const { body } = await bids.anonymous.call('GetItem', { id: item.id });
  expect(body.item).toMatchObject({ currentHighestBid: '150', bidCount: '1' });
});
