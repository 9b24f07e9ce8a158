import type { Pool } from '@gavel/postgres/pool';
import { MAX } from 'uuid';
import type { AuctionViews, BidState, MyBidView } from '../../application/ports.ts';
import { ITEM_COLUMNS, type ItemRow, toAuction } from './item-row.ts';

// `mine` walks one index from item to item, however many bids the user has on each. The last bid on an item is the user's highest
// one, because prices only rise. Users who bought without a bid are added from the sales. A page reads all of the user's auctions
// with a few index probes each: their order changes with every bid, and an index for it would slow down every bid.
// Between an auction's end and its closing, the state is the one that the closing will set.
const MY_BIDS = {
  name: 'my-bids',
  text: `
    WITH RECURSIVE mine AS (
      (SELECT item_id, amount FROM bids WHERE user_id = $2 ORDER BY item_id, sequence DESC LIMIT 1)
      UNION ALL
      SELECT further.* FROM mine CROSS JOIN LATERAL (
        SELECT item_id, amount FROM bids WHERE user_id = $2 AND item_id > mine.item_id
        ORDER BY item_id, sequence DESC LIMIT 1) AS further
    ), theirs AS (
      SELECT item_id, amount AS highest_amount, last.created_at AS last_bid_at
      FROM mine CROSS JOIN LATERAL (
        SELECT created_at FROM bids WHERE user_id = $2 AND item_id = mine.item_id AND NOT automatic
        ORDER BY sequence DESC LIMIT 1) AS last
      UNION ALL
      SELECT id, winning_amount, closed_at FROM items
      WHERE winner_id = $2 AND NOT EXISTS (SELECT FROM bids WHERE user_id = $2 AND item_id = items.id)
    ), standing AS (
      SELECT theirs.*, CASE
          WHEN status = 'active' AND end_at > statement_timestamp()
            THEN CASE highest_bidder WHEN $2 THEN 'winning' ELSE 'outbid' END
          WHEN status = 'active'
            THEN CASE WHEN highest_bidder = $2 AND highest_bid >= coalesce(reserve_price, 0) THEN 'won' ELSE 'lost' END
          WHEN winner_id = $2 THEN 'won' ELSE 'lost' END AS state
      FROM theirs JOIN items ON items.id = theirs.item_id
    ), page AS MATERIALIZED (
      SELECT * FROM standing
      WHERE ($3::text IS NULL OR state = $3) AND (last_bid_at, item_id) < ($4::timestamptz, $5::uuid)
      ORDER BY last_bid_at DESC, item_id DESC LIMIT $1)
    SELECT ${ITEM_COLUMNS}, statement_timestamp() AS as_of, page.state, page.highest_amount, page.last_bid_at
    FROM page JOIN items ON items.id = page.item_id
    ORDER BY last_bid_at DESC, id DESC`,
};

type MyBidRow = ItemRow & {
  as_of: Date;
  state: BidState;
  highest_amount: bigint;
  last_bid_at: Date;
};

/** See `AuctionViews.withBidsOf`. */
export async function withBidsOf(
  pool: Pool,
  { userId, state, after, limit }: Parameters<AuctionViews['withBidsOf']>[0],
): Promise<MyBidView[]> {
  const values = [limit, userId, state ?? null, after?.time ?? 'infinity', after?.id ?? MAX];
  const { rows } = await pool.query<MyBidRow>({ ...MY_BIDS, values });
  return rows.map((row) => ({
    view: { auction: toAuction(row), asOf: row.as_of },
    state: row.state,
    highestAmount: row.highest_amount,
    lastBidAt: row.last_bid_at,
  }));
}
