import type { Pool } from '@gavel/postgres/pool';
import { MAX } from 'uuid';
import type { AuctionViews, ItemView } from '../../application/ports.ts';
import { ITEM_COLUMNS, type ItemRow, toAuction } from './item-row.ts';
import { withBidsOf } from './my-bids.ts';
import { openItemsStatement } from './open-items.ts';
import { readSearchQuery, type SearchQuery } from './search-query.ts';

type ViewRow = ItemRow & { as_of: Date };

interface BidRow {
  id: string;
  user_id: string;
  amount: bigint;
  automatic: boolean;
  created_at: Date;
}

// Queries use the time at which the statement began. It is stable, so Postgres can use it for an index scan.
const SELECT = `SELECT ${ITEM_COLUMNS}, statement_timestamp() AS as_of FROM items`;

// Larger than every sequence.
const LARGEST_INT8 = 2n ** 63n - 1n;

const queries = {
  find: { name: 'find-item', text: `${SELECT} WHERE id = $1` },
  categories: {
    name: 'running-categories',
    // One range of the index for each category, so that the cost does not depend on what sellers typed. '0' follows '/'.
    text: `SELECT path, (SELECT count(*) FROM items
        WHERE category_path >= path || '/' AND category_path < path || '0' AND status = 'active'
          AND starts_at <= statement_timestamp() AND end_at > statement_timestamp()) AS count
      FROM unnest($1::text[]) AS paths (path)`,
  },
  ofSeller: {
    name: 'seller-items',
    text: `${SELECT} WHERE seller_id = $2 AND (created_at, id) < ($3::timestamptz, $4::uuid)
      ORDER BY created_at DESC, id DESC LIMIT $1`,
  },
  soldBy: {
    name: 'sold-items',
    text: `SELECT ${ITEM_COLUMNS}, closed_at AS sold_at, statement_timestamp() AS as_of FROM items
      WHERE outcome = 'sold' AND seller_id = $2 AND (closed_at, id) < ($3::timestamptz, $4::uuid)
      ORDER BY closed_at DESC, id DESC LIMIT $1`,
  },
  lastSold: {
    name: 'last-sold-items',
    text: `${SELECT} WHERE outcome = 'sold' ORDER BY closed_at DESC, id DESC LIMIT $1`,
  },
  bids: {
    name: 'item-bids',
    text: `SELECT id, user_id, amount, automatic, created_at FROM bids
      WHERE item_id = $2 AND sequence < CASE WHEN $3::uuid IS NULL THEN ${LARGEST_INT8}
        ELSE (SELECT sequence FROM bids WHERE item_id = $2 AND id = $3) END
      ORDER BY sequence DESC LIMIT $1`,
  },
  // A user's last bid on an item is their highest one, because prices only rise.
  highestOf: {
    name: 'highest-bids-of',
    text: `SELECT given.item_id, highest.amount
      FROM unnest($2::uuid[]) AS given (item_id) CROSS JOIN LATERAL (
        SELECT amount FROM bids WHERE user_id = $1 AND item_id = given.item_id
        ORDER BY sequence DESC LIMIT 1) AS highest`,
  },
  exists: { name: 'item-exists', text: 'SELECT FROM items WHERE id = $1' },
};

/** The auctions as rows of Postgres. Each list scans one index. */
export function createPostgresAuctionViews(pool: Pool): AuctionViews {
  const views = async (query: { name: string; text: string }, values: unknown[]): Promise<ItemView[]> => {
    const { rows } = await pool.query<ViewRow>({ ...query, values });
    return rows.map(toView);
  };
  return {
    find: async (itemId) => (await views(queries.find, [itemId]))[0],

    open: (page) => openItems(pool, page),

    async categories(paths) {
      const { rows } = await pool.query<{ path: string; count: bigint }>({
        ...queries.categories,
        values: [paths],
      });
      return new Map(rows.map(({ path, count }) => [path, count]));
    },

    ofSeller: ({ sellerId, after, limit }) =>
      views(queries.ofSeller, [limit, sellerId, after?.time ?? 'infinity', after?.id ?? MAX]),

    async soldBy({ sellerId, after, limit }) {
      const values = [limit, sellerId, after?.time ?? 'infinity', after?.id ?? MAX];
      const { rows } = await pool.query<ViewRow & { sold_at: Date }>({ ...queries.soldBy, values });
      return rows.map((row) => ({ view: toView(row), soldAt: row.sold_at }));
    },

    lastSold: (limit) => views(queries.lastSold, [limit]),

    withBidsOf: (page) => withBidsOf(pool, page),

    async highestBidsOf(userId, itemIds) {
      const { rows } = await pool.query<{ item_id: string; amount: bigint }>({
        ...queries.highestOf,
        values: [userId, itemIds],
      });
      return new Map(rows.map((row) => [row.item_id, row.amount]));
    },

    async bidsOn({ itemId, after, limit }) {
      const values = [limit, itemId, after?.bidId ?? null];
      const { rows } = await pool.query<BidRow>({ ...queries.bids, values });
      if (rows.length === 0) {
        const { rowCount } = await pool.query({ ...queries.exists, values: [itemId] });
        if (rowCount === 0) return undefined;
      }
      return rows.map((row) => ({
        id: row.id,
        itemId,
        userId: row.user_id,
        amount: row.amount,
        automatic: row.automatic,
        createdAt: row.created_at,
      }));
    },
  };
}

type OpenPage = Parameters<AuctionViews['open']>[0];

/**
 * One page of open auctions. A search that finds nothing at all is repeated with words that differ by one letter. Whether it
 * finds nothing is asked again for each page, so that all pages of a list are of the same search.
 */
async function openItems(pool: Pool, page: OpenPage): Promise<{ view: ItemView; key: string }[]> {
  const { words } = page.filter;
  if (words === undefined) return readOpenItems(pool, page, undefined);
  const search = await readSearchQuery(pool, words, false);
  if (search === undefined) return [];
  const found = await readOpenItems(pool, page, search);
  if (found.length > 0) return found;
  if (page.after && (await readOpenItems(pool, { ...page, after: undefined, limit: 1 }, search)).length > 0)
    return [];
  return readOpenItems(pool, page, await readSearchQuery(pool, words, true));
}

async function readOpenItems(
  pool: Pool,
  page: OpenPage,
  search: SearchQuery | undefined,
): Promise<{ view: ItemView; key: string }[]> {
  const { rows } = await pool.query<ViewRow & { key0: SortValue; key1?: SortValue }>(
    openItemsStatement({ ...page, search }),
  );
  return rows.map((row) => ({ view: toView(row), key: [row.key0, row.key1].flatMap(toKeyPart).join(' ') }));
}

function toView(row: ViewRow): ItemView {
  return { auction: toAuction(row), asOf: row.as_of };
}

type SortValue = Date | bigint | number | string;

function toKeyPart(value: SortValue | undefined): string[] {
  if (value === undefined) return [];
  return [value instanceof Date ? value.toISOString() : String(value)];
}
