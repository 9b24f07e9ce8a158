import { createHash } from 'node:crypto';
import type { Pool } from '@gavel/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { currencyCodes, currencyDigits } from '@gavel/proto/currencies';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ItemOrder, OpenItemsFilter } from '../../application/ports.ts';
import { LARGEST_BID, minimumNextBid } from '../../domain/auction/increments.ts';
import { bidsProcess } from '../../process.ts';
import { createPostgresAuctionViews } from './postgres-auction-views.ts';
import { createPostgresWatchLists } from './postgres-watch-lists.ts';

let database: TestDatabase;

// 20,000 items (three quarters are running, the others scheduled, unsold or sold), 20,000 bids and 2,000 watches.
const ITEMS = `
  INSERT INTO items (id, seller_id, title, description, images, category, currency, start_price, end_at, status, outcome,
    version, bid_count, created_at, updated_at, starts_at, hard_end_at, closed_at, winner_id, winning_amount)
  SELECT md5('item' || n)::uuid, md5('user' || n % 50)::uuid,
    (ARRAY['Longcase', 'Carriage', 'Wall', 'Station'])[1 + n % 4] || ' clock ' || n, 'Number ' || n % 1000, '{}',
    'c' || n % 10 || '/d' || n % 70, (ARRAY['USD', 'EUR'])[1 + n / 10 % 2], 100 + n * 7919 % 100000,
    now() + n * interval '1 second' + interval '1 hour', CASE WHEN n % 8 = 0 THEN 'ended' ELSE 'active' END,
    CASE WHEN n % 16 = 0 THEN 'sold' WHEN n % 8 = 0 THEN 'no_bids' END, 1, 0, now() - n * interval '1 second', now(),
    CASE WHEN n % 8 = 1 THEN now() + interval '10 minutes' ELSE now() - n * interval '1 second' END,
    now() + n * interval '1 second' + interval '1 hour', CASE WHEN n % 8 = 0 THEN now() - n * interval '1 second' END,
    CASE WHEN n % 16 = 0 THEN md5('user' || (n + 1) % 50)::uuid END, CASE WHEN n % 16 = 0 THEN 500000 END
  FROM generate_series($1::integer, $2::integer) AS n`;
const FILL = `
  INSERT INTO bids (id, item_id, user_id, amount, sequence, created_at)
  SELECT md5('bid' || n)::uuid, md5('item' || (1 + (n % 4000 * 7 + n / 4000 + 6) % 4000))::uuid, md5('user' || n % 200)::uuid, 1000 + n, 1 + n / 4000,
    now() - interval '1 hour' + n * interval '100 ms'
  FROM generate_series(1, 20000) AS n;
  INSERT INTO watches SELECT md5('user' || n % 20)::uuid, md5('item' || n)::uuid, true, 1, now() FROM generate_series(1, 2000) AS n`;
// A user who sells, has sold, bids and watches.
const USER = createHash('md5').update('user16').digest('hex');

beforeAll(async () => {
  database = await createTestDatabase(bidsProcess.database.migrations);
  // In parts, because each item's words take time and a statement has a limit.
  for (let first = 1; first <= 20_000; first += 2_500)
    await database.pool.query(ITEMS, [first, first + 2_499]);
  await database.pool.query(FILL);
  for (const table of ['items', 'item_standings', 'item_documents', 'bids', 'watches'])
    await database.pool.query(`VACUUM ANALYZE ${table}`);
});
afterAll(() => database?.drop());

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: PlanNode[];
}

/** The tables that the queries of `work` scan completely, according to their plans. */
async function readWhole(work: (pool: Pool) => Promise<unknown[]>): Promise<string[]> {
  const found: string[] = [];
  const explained = new Proxy(database.pool, {
    get: (pool, key) =>
      key !== 'query'
        ? Reflect.get(pool, key)
        : async ({ text, values }: { text: string; values?: unknown[] }) => {
            const plan = await pool.query(`EXPLAIN (FORMAT JSON) ${text}`, values ?? []);
            found.push(...scanned(plan.rows[0]['QUERY PLAN'][0].Plan));
            return pool.query(text, values ?? []);
          },
  });
  expect((await work(explained)).length).toBeGreaterThan(0);
  return found;
}

function scanned(node: PlanNode): string[] {
  const own = node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? '?'] : [];
  return [...own, ...(node.Plans ?? []).flatMap(scanned)];
}

const all: OpenItemsFilter = {
  scheduled: false,
  category: undefined,
  words: undefined,
  currency: undefined,
  minPrice: undefined,
  maxPrice: undefined,
  endingWithinSeconds: undefined,
  order: 'endingSoon',
};
const orders: ItemOrder[] = ['endingSoon', 'newest', 'priceLow', 'priceHigh', 'mostBids'];
const inUsd = (order: ItemOrder): Partial<OpenItemsFilter> =>
  order.startsWith('price') ? { order, currency: 'USD' } : { order };

describe('no list scans a whole table', () => {
  it.each<[string, Partial<OpenItemsFilter>]>([
    ...orders.map((order): [string, Partial<OpenItemsFilter>] => [order, inUsd(order)]),
    ...orders.map((order): [string, Partial<OpenItemsFilter>] => [
      `${order} in a category`,
      { ...inUsd(order), category: 'c3' },
    ]),
    ['priceLow in all currencies', { order: 'priceLow' }],
    ['priceHigh in all currencies', { order: 'priceHigh' }],
    ['a rare category', { category: 'c3/d33' }],
    ['a narrow price range', { currency: 'EUR', minPrice: 5000n, maxPrice: 5100n }],
    ['a wide price range', { currency: 'EUR', minPrice: 5000n }],
    ['ending soon', { endingWithinSeconds: 3700, order: 'newest' }],
    ['a rare word with the beginning of another', { words: 'numb 77', order: 'relevance' }],
    ['a mistyped rare word', { words: 'statoin 19999', order: 'relevance' }],
    ['a rare word', { words: 'number 77', order: 'relevance' }],
    ['a rare word in another order', { words: '19999', order: 'mostBids' }],
    ['scheduled items', { scheduled: true }],
    ['scheduled items in a category', { scheduled: true, category: 'c1/d1' }],
  ])('open auctions: %s', async (_, filter) => {
    const page = { filter: { ...all, ...filter }, limit: 21 };
    const scans = await readWhole(async (pool) => {
      const views = createPostgresAuctionViews(pool);
      const first = await views.open({ ...page, after: undefined });
      const last = first.at(filter.words === '19999' ? 0 : 1) ?? first[0];
      if (last && first.length > 2)
        await views.open({
          ...page,
          after: { key: last.key, id: last.view.auction.id, since: last.view.asOf },
        });
      return first;
    });
    expect(scans).toEqual([]);
  });

  it('a word that most items contain scans the words, and reads items by their ids', async () => {
    const filter: OpenItemsFilter = { ...all, words: 'clock', order: 'relevance', category: 'c3/d33' };
    const scans = await readWhole((pool) =>
      createPostgresAuctionViews(pool).open({ filter, after: undefined, limit: 21 }),
    );
    expect(scans.filter((table) => table === 'items')).toEqual([]);
  });

  it('categories and a user’s own lists', async () => {
    const page = { userId: USER, sellerId: USER, after: undefined, limit: 21 };
    const scans = await readWhole(async (pool) => {
      const views = createPostgresAuctionViews(pool);
      const lists = [
        [...(await views.categories(['c1', 'c1/d1']))],
        await views.ofSeller(page),
        await views.soldBy(page),
        await views.lastSold(21),
        await views.withBidsOf({ ...page, state: undefined }),
        await views.withBidsOf({ ...page, state: 'lost' }),
        await createPostgresWatchLists(pool).page(page),
      ];
      expect(lists.map((list) => list.length > 0)).toEqual(lists.map(() => true));
      return lists;
    });
    expect(scans).toEqual([]);
  });
});

describe('minimum_next_bid', () => {
  it('is the same as in the domain, on both sides of every tier for every currency, and near the largest bid', async () => {
    const steps = [
      1n,
      100n,
      500n,
      2_500n,
      10_000n,
      25_000n,
      50_000n,
      100_000n,
      250_000n,
      500_000n,
      1_000_000n,
    ];
    const prices = steps.flatMap((step) =>
      [1n, 10n, 100n, 1_000n, 10_000n, 100_000n].flatMap((f) => [step * f - 1n, step * f, step * f + 1n]),
    );
    const highest = [LARGEST_BID - 1_000_001n, LARGEST_BID - 10_000n, LARGEST_BID - 1n, LARGEST_BID];
    const cases = [...currencyCodes, 'XXX'].flatMap((currency) =>
      [undefined, ...prices, ...highest].map((price) => ({ currency, price })),
    );
    const { rows } = await database.pool.query<{ next: bigint }>(
      `SELECT minimum_next_bid(currency, 77, price) AS next
       FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS c (currency, price, n) ORDER BY n`,
      [cases.map(({ currency }) => currency), cases.map(({ price }) => price ?? null)],
    );
    expect(rows.map(({ next }) => next)).toEqual(
      cases.map(
        ({ currency, price }) =>
          minimumNextBid(price, 77n, { currency, currencyDigits: currencyDigits(currency) }) ?? LARGEST_BID,
      ),
    );
  });
});
