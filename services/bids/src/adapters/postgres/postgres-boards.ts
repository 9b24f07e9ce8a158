import type { Pool } from '@gavel/postgres/pool';
import type { BidderStanding, CountedBoards, ItemHeat, SellerStanding } from '../../application/ports.ts';
import { statusAt } from '../../domain/auction/auction.ts';
import { ITEM_COLUMNS, type ItemRow, toAuction } from './item-row.ts';

/** Boards over all auctions are counted once for all requests within this time. */
const REMEMBERED_MS = 1_000;
/** The largest board that a request may ask for. */
const MOST = 100;

const queries = {
  topBidders: {
    name: 'top-bidders',
    text: `SELECT user_id AS "userId", max(amount) AS amount, count(*) AS "bidCount"
      FROM bids WHERE item_id = $1 GROUP BY user_id
      ORDER BY amount DESC, (array_agg(sequence ORDER BY amount DESC, sequence DESC))[1] DESC LIMIT $2`,
  },
  exists: { name: 'item-exists', text: 'SELECT FROM items WHERE id = $1' },
  hottest: {
    name: 'hottest-auctions',
    text: `SELECT item_id AS "itemId", count(*) AS "recentBids" FROM bids JOIN items ON items.id = item_id
      WHERE bids.created_at >= date_trunc('minute', statement_timestamp()) - interval '59 minutes'
        AND status = 'active' AND end_at > statement_timestamp()
      GROUP BY item_id ORDER BY "recentBids" DESC, item_id DESC LIMIT ${MOST}`,
  },
  topSellers: {
    name: 'top-sellers',
    text: `SELECT seller_id AS "sellerId", count(*) AS "soldCount" FROM items WHERE outcome = 'sold'
      GROUP BY seller_id ORDER BY "soldCount" DESC, seller_id DESC LIMIT ${MOST}`,
  },
  items: {
    name: 'items-by-id',
    text: `SELECT ${ITEM_COLUMNS}, statement_timestamp() AS as_of FROM items WHERE id = ANY($1::uuid[])`,
  },
};

/** The leaderboards, counted from bids and items. */
export function createPostgresBoards(pool: Pool): CountedBoards {
  const hottest = remember(async () => (await pool.query<ItemHeat>(queries.hottest)).rows);
  const topSellers = remember(async () => (await pool.query<SellerStanding>(queries.topSellers)).rows);
  return {
    async topBidders(itemId, limit) {
      const { rows } = await pool.query<BidderStanding>({ ...queries.topBidders, values: [itemId, limit] });
      if (rows.length > 0) return rows;
      const { rowCount } = await pool.query({ ...queries.exists, values: [itemId] });
      return rowCount === 0 ? undefined : [];
    },
    hottest: async (limit) => (await hottest()).slice(0, limit),
    topSellers: async (limit) => (await topSellers()).slice(0, limit),
    async running(itemIds) {
      if (itemIds.length === 0) return new Map();
      const { rows } = await pool.query<ItemRow & { as_of: Date }>({ ...queries.items, values: [itemIds] });
      const views = rows.map((row) => ({ auction: toAuction(row), asOf: row.as_of }));
      return new Map(
        views.flatMap((view) =>
          statusAt(view.auction, view.asOf) === 'active' ? [[view.auction.id, view] as const] : [],
        ),
      );
    },
  };
}

/** Shares one answer between all calls while it is being counted and for a second after the start. */
function remember<T>(count: () => Promise<T>): () => Promise<T> {
  let last: { readonly until: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (last !== undefined && performance.now() < last.until) return last.answer;
    const answer = count();
    const entry = { until: performance.now() + REMEMBERED_MS, answer };
    last = entry;
    answer.catch(() => {
      if (last === entry) last = undefined;
    });
    return answer;
  };
}
