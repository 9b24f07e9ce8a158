import { createPool } from '@gavel/postgres/pool';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { mustCall } from '../system/call-connect.ts';
import { listItem, signUp } from '../system/sign-up.ts';
import { type System, startSystem } from '../system/start-system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({
    infrastructure: inject('infrastructure'),
    processes: { 'user-stats': false, 'consumer-user-stats': false },
  });
});
afterAll(() => system?.stop());

it('who is outbid, wins and sells is told over the topic exchange, and where to mail it is known', async () => {
  const [seller, ann, bob] = await Promise.all(
    ['Told Seller', 'Told Ann', 'Told Bob'].map((name) => signUp(system.urls.auth, name)),
  );
  if (!seller || !ann || !bob) throw new Error('three people signed up');
  const itemId = await listItem(system.urls.bids, seller, 'A told clock', { openMs: 8_000 });
  for (const [{ token }, amount] of [[ann, 100] as const, [bob, 500] as const]) {
    await mustCall(
      system.urls.bids,
      'bids.v1.BidService/PlaceBid',
      { itemId, amount: `${amount}` },
      { token },
    );
  }
  const pool = createPool({
    connectionString: system.databaseUrls.gavel_notifications,
    applicationName: 'proving',
    max: 1,
  });
  try {
    await vi.waitFor(
      async () => {
        const { rows } = await pool.query(
          `SELECT kind, user_id, amount, title, email FROM notifications
           JOIN auctions USING (item_id) JOIN recipients USING (user_id) WHERE item_id = $1 ORDER BY kind`,
          [itemId],
        );
        const title = 'A told clock';
        expect(rows).toEqual([
          { kind: 'outbid', user_id: ann.userId, amount: 500n, title, email: ann.email },
          { kind: 'sold', user_id: seller.userId, amount: 500n, title, email: seller.email },
          { kind: 'won', user_id: bob.userId, amount: 500n, title, email: bob.email },
        ]);
      },
      { timeout: 60_000, interval: 100 },
    );
  } finally {
    await pool.end();
  }
});
