import type { Pool } from '@gavel/postgres/pool';
import { type Percentiles, percentiles } from '../percentiles.ts';

/** Identifies the measured auctions. */
const CATEGORY = 'bench-ending';
const CHUNK = 5_000;

// Every second one has a bid. Their ends are evenly spread, from the end of the lead time to the last second.
const INSERT = `
  INSERT INTO items (id, seller_id, title, description, images, category, currency, start_price, starts_at, end_at,
    hard_end_at, status, version, bid_count, highest_bid, highest_bidder, highest_bid_id, highest_bid_at,
    highest_bid_automatic, created_at, updated_at)
  SELECT gen_random_uuid(), gen_random_uuid(), 'Bench', '', '{}', '${CATEGORY}', 'USD', 100, $1, e.end_at, e.end_at,
    'active', 1 + n % 2, n % 2, CASE n % 2 WHEN 1 THEN 100 END, CASE n % 2 WHEN 1 THEN gen_random_uuid() END,
    CASE n % 2 WHEN 1 THEN gen_random_uuid() END, CASE n % 2 WHEN 1 THEN $1 END, CASE n % 2 WHEN 1 THEN false END, $1, $1
  FROM generate_series($2::int, $3::int) AS n,
    LATERAL (SELECT $1::timestamptz + ($4 + n * $5::float8) * interval '1 second' AS end_at) AS e`;

/** Writes auctions that end within some seconds directly into the tables, because listing is not measured. */
export async function makeEndingAuctions(
  pool: Pool,
  { auctions, seconds, leadSeconds }: { auctions: number; seconds: number; leadSeconds: number },
): Promise<void> {
  const began = performance.now();
  const { rows } = await pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  for (let first = 0; first < auctions; first += CHUNK) {
    const last = Math.min(first + CHUNK, auctions) - 1;
    await pool.query(INSERT, [rows[0]?.now, first, last, leadSeconds, seconds / auctions]);
  }
  await pool.query('ANALYZE items');
  const took = (performance.now() - began) / 1000;
  if (took > leadSeconds)
    throw new Error(`the auctions took ${took.toFixed(0)} s to be written: the first had ended`);
}

export async function stillRunning(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ running: number }>(
    `SELECT count(*)::int AS running FROM items WHERE category = '${CATEGORY}' AND status = 'active'`,
  );
  return rows[0]?.running ?? Number.NaN;
}

/** How late the auctions were closed, in ms. Throws when one was not closed exactly once, with one event and the right winner. */
export async function readClosings(pool: Pool, auctions: number): Promise<Percentiles> {
  const items = await pool.query<{ late: number; right: boolean }>(
    `SELECT (extract(epoch FROM closed_at - end_at) * 1000)::float8 AS late,
       version = bid_count + 2 AND winner_id IS NOT DISTINCT FROM highest_bidder AS right
     FROM items WHERE category = '${CATEGORY}'`,
  );
  const events = await pool.query<{ events: number; ended: number }>(
    `SELECT count(*)::int AS events, count(DISTINCT o.aggregate_id)::int AS ended
     FROM outbox AS o JOIN items AS i ON o.aggregate_id = i.id::text
     WHERE i.category = '${CATEGORY}' AND o.type = 'bids.v1.AuctionClosed'`,
  );
  const told = events.rows[0];
  if (items.rows.length !== auctions || told?.events !== auctions || told.ended !== auctions) {
    throw new Error(`of ${auctions} auctions ${told?.ended} were closed, with ${told?.events} events`);
  }
  const wrong = items.rows.filter(({ right }) => !right).length;
  if (wrong > 0) throw new Error(`${wrong} auctions have a wrong result`);
  return percentiles(items.rows.map(({ late }) => late));
}
