import type { Pool } from '@gavel/postgres/pool';
import { MAX, NIL } from 'uuid';
import type { AuctionViews, ItemView } from '../../application/auction-views.ts';
import { ITEM_COLUMNS, type ItemRow, toAuction } from './item-row.ts';

type ViewRow = ItemRow & { as_of: Date };

interface BidRow {
  id: string;
  user_id: string;
  amount: bigint;
  automatic: boolean;
  sequence: bigint;
  created_at: Date;
}

// Queries go by the statement's start, which is stable, so that an index can be walked from it.
const SELECT = `SELECT ${ITEM_COLUMNS}, statement_timestamp() AS as_of FROM items`;

const RUNNING = `WHERE status = 'active' AND end_at > statement_timestamp()
  AND (end_at, id) > ($2::timestamptz, $3::uuid)`;

const queries = {
  find: { name: 'find-item', text: `${SELECT} WHERE id = $1` },
  running: { name: 'running-items', text: `${SELECT} ${RUNNING} ORDER BY end_at, id LIMIT $1` },
  runningInCategory: {
    name: 'running-items-in-category',
    text: `${SELECT} ${RUNNING} AND category = $4 ORDER BY end_at, id LIMIT $1`,
  },
  ofSeller: {
    name: 'seller-items',
    text: `${SELECT} WHERE seller_id = $2 AND (created_at, id) < ($3::timestamptz, $4::uuid)
      ORDER BY created_at DESC, id DESC LIMIT $1`,
  },
  bids: {
    name: 'item-bids',
    text: `SELECT id, user_id, amount, automatic, sequence, created_at FROM bids
      WHERE item_id = $2 AND sequence < $3 ORDER BY sequence DESC LIMIT $1`,
  },
  exists: { name: 'item-exists', text: 'SELECT FROM items WHERE id = $1' },
};

// Above every sequence: the largest int8.
const NEWEST = 2n ** 63n - 1n;

/** The auctions as rows of Postgres, each list one walk along an index. */
export function createPostgresAuctionViews(pool: Pool): AuctionViews {
  const views = async (query: { name: string; text: string }, values: unknown[]): Promise<ItemView[]> => {
    const { rows } = await pool.query<ViewRow>({ ...query, values });
    return rows.map((row) => ({ auction: toAuction(row), asOf: row.as_of }));
  };
  return {
    find: async (itemId) => (await views(queries.find, [itemId]))[0],

    running: ({ category, after, limit }) => {
      const values = [limit, after?.endAt ?? '-infinity', after?.id ?? NIL];
      return category === undefined
        ? views(queries.running, values)
        : views(queries.runningInCategory, [...values, category]);
    },

    ofSeller: ({ sellerId, after, limit }) =>
      views(queries.ofSeller, [limit, sellerId, after?.createdAt ?? 'infinity', after?.id ?? MAX]),

    async bidsOn({ itemId, after, limit }) {
      const values = [limit, itemId, after?.sequence ?? NEWEST];
      const { rows } = await pool.query<BidRow>({ ...queries.bids, values });
      if (rows.length === 0) {
        const { rowCount } = await pool.query({ ...queries.exists, values: [itemId] });
        if (rowCount === 0) return undefined;
      }
      return rows.map((row) => ({
        bid: {
          id: row.id,
          itemId,
          userId: row.user_id,
          amount: row.amount,
          automatic: row.automatic,
          createdAt: row.created_at,
        },
        sequence: row.sequence,
      }));
    },
  };
}
