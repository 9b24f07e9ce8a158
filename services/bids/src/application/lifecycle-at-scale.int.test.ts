import { createPool } from '@gavel/postgres/pool';
import { startLoop } from '@gavel/resilience';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createPostgresAuctions } from '../adapters/postgres/postgres-auctions.ts';
import { type BidsUnderTest, startBidsUnderTest, type Visitor } from '../testing/bids-under-test.ts';
import { closeDueAuctions } from './lifecycle.ts';

// AUCTIONS=100000 SECONDS=60 runs the full size. `make bench` measures the same with separate processes.
const AUCTIONS = Number(process.env.AUCTIONS ?? 2_000);
const SECONDS = Number(process.env.SECONDS ?? 2);

let bids: BidsUnderTest;
let seller: Visitor;
let ann: Visitor;
let bob: Visitor;

beforeAll(async () => {
  bids = await startBidsUnderTest();
  [seller, ann, bob] = await Promise.all([bids.newUser(), bids.newUser(), bids.newUser()]);
});
afterAll(() => bids?.stop());

/** Auctions whose ends are evenly distributed over the next seconds; every other one has a bid. */
async function makeEndingAuctions(): Promise<string[]> {
  const ids = Array.from({ length: AUCTIONS }, () => uuidv7());
  await bids.database.pool.query(
    `INSERT INTO items (id, seller_id, title, description, images, category, currency, start_price, starts_at, end_at,
       hard_end_at, status, version, bid_count, highest_bid, highest_bidder, highest_bid_id, highest_bid_at, created_at,
       updated_at)
     SELECT id, $2, 'Ends', '', '{}', 'ending', 'USD', 100, e.now - interval '1 hour', e.end_at, e.end_at, 'active',
       1 + n % 2, n % 2, CASE n % 2 WHEN 1 THEN 100 END, CASE n % 2 WHEN 1 THEN $3::uuid END,
       CASE n % 2 WHEN 1 THEN id END, CASE n % 2 WHEN 1 THEN e.now END, e.now, e.now
     FROM unnest($1::uuid[]) WITH ORDINALITY AS ended (id, n),
       LATERAL (SELECT statement_timestamp() AS now, statement_timestamp() + n * $4::float8 * interval '1 second' AS end_at) AS e`,
    [ids, seller.userId, ann.userId, SECONDS / AUCTIONS],
  );
  return ids;
}

describe('many auctions that end together', () => {
  it('are closed once each and within seconds, by several instances and through restarts, while other bids continue', async () => {
    const elsewhere = await bids.createItem(seller);
    const ids = await makeEndingAuctions();
    // In addition to the service's own closer.
    const pools = [0, 1].map((i) =>
      createPool({ connectionString: bids.database.url, applicationName: `closer-${i}`, max: 2 }),
    );
    const closers = pools.map((pool) =>
      startLoop('closer', () => closeDueAuctions({ auctions: createPostgresAuctions(pool) })),
    );
    const { pool } = bids.database;
    try {
      let amount = 0;
      let turn = 0;
      await vi.waitFor(
        async () => {
          turn += 1;
          // Enough for every increment.
          amount += Math.max(10_000, Math.ceil(amount / 40));
          const bid = { itemId: elsewhere.id, amount: String(amount) };
          const bidder = turn % 2 === 0 ? ann : bob;
          expect((await bidder.call('PlaceBid', bid)).status).toBe(200);
          if (turn === 2) {
            await pool.query(
              `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'closer-%' AND datname = current_database()`,
            );
          }
          const { rows } = await pool.query(
            `SELECT count(*) AS left FROM items WHERE category = 'ending' AND status = 'active'`,
          );
          expect(rows[0].left).toBe(0n);
        },
        { timeout: SECONDS * 1000 + 60_000, interval: 50 },
      );
      expect(turn).toBeGreaterThan(1);
    } finally {
      await Promise.all(closers.map((closer) => closer.stop()));
      await Promise.all(pools.map((one) => one.end()));
    }
    const { rows } = await pool.query(
      `SELECT count(*) AS closed, count(*) FILTER (WHERE winner_id = highest_bidder) AS sold,
         percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - end_at))::float8 AS late,
         (SELECT count(*) FROM outbox WHERE type = 'bids.v1.AuctionClosed' AND aggregate_id = ANY ($1)) AS events
       FROM items WHERE category = 'ending' AND status = 'ended' AND version = bid_count + 2`,
      [ids],
    );
    expect(rows[0]).toMatchObject({
      closed: BigInt(AUCTIONS),
      sold: BigInt(AUCTIONS / 2),
      events: BigInt(AUCTIONS),
    });
    expect(rows[0].late).toBeLessThan(5);
  });
});
