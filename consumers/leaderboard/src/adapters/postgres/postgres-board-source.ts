import type { Pool } from '@gavel/postgres/pool';
import { BIDDERS_KEPT } from '@gavel/proto/leaderboards';
import type { AuctionBoard, BoardChange, BoardSource, SellerBoard } from '../../application/ports.ts';

interface AuctionRow {
  itemId: string;
  isClosed: boolean;
  recentBids: bigint;
  /** Numbers as text: JSON numbers would be rounded. */
  bidders: { userId: string; amount: string; sequence: string; bidCount: string }[];
}

// The ids of the tables are part of the projection's name, because a swapped-in replay brings other tables.
const PROJECTION = `concat_ws('.', projection, 'auctions'::regclass::oid, 'auction_bidders'::regclass::oid,
    'auction_heat'::regclass::oid, 'sellers'::regclass::oid) AS projection`;

// The holder keeps the right while it extends it in time; another member gets it with a higher fence. The holder's query
// writes only when less than seven seconds are left.
const KEEP = `
  WITH kept AS (
    UPDATE board_keeper SET holder = $1, held_until = now() + interval '10 seconds',
      fence = CASE WHEN holder = $1 AND held_until > now() THEN fence ELSE fence + 1 END
    WHERE held_until <= now() OR (holder = $1 AND held_until <= now() + interval '7 seconds')
    RETURNING fence, ${PROJECTION})
  SELECT * FROM kept
  UNION ALL
  SELECT fence, ${PROJECTION} FROM board_keeper WHERE holder = $1 AND held_until > now() + interval '7 seconds'`;

const RELEASE = `UPDATE board_keeper SET held_until = '-infinity' WHERE holder = $1`;

const THIS_MINUTE = `date_trunc('minute', now())`;

const CHANGES = `
  SELECT ${THIS_MINUTE} AS minute, board, key, change
  FROM (VALUES (1)) AS always LEFT JOIN (
    SELECT board, key, change FROM board_changes ORDER BY change LIMIT $1) AS changes ON true
  ORDER BY change`;

// A row that another transaction has locked is about to get a newer change, so it stays listed and nobody waits for the lock.
const FORGET_CHANGES = `
  WITH written AS MATERIALIZED (
    SELECT board, key FROM board_changes
    JOIN unnest($1::text[], $2::uuid[], $3::bigint[]) AS given (board, key, change) USING (board, key, change)
    FOR UPDATE OF board_changes SKIP LOCKED)
  DELETE FROM board_changes USING written WHERE board_changes.board = written.board AND board_changes.key = written.key`;

const LIST_COOLED = `
  INSERT INTO board_changes (board, key, change)
  SELECT 'auction', item_id, nextval('board_change') FROM (
    SELECT DISTINCT item_id FROM auction_heat
    WHERE minute >= $1::timestamptz - interval '59 minutes' AND minute < $2::timestamptz - interval '59 minutes'
    ORDER BY item_id) AS cooled
  ON CONFLICT (board, key) DO UPDATE SET change = excluded.change`;

const AUCTIONS = `
  SELECT item_id AS "itemId", closed_at IS NOT NULL AS "isClosed",
    (SELECT coalesce(sum(bids), 0)::int8 FROM auction_heat AS heat
     WHERE heat.item_id = a.item_id AND minute >= ${THIS_MINUTE} - interval '59 minutes') AS "recentBids",
    ARRAY(SELECT json_build_object('userId', user_id, 'amount', amount::text, 'sequence', sequence::text,
        'bidCount', bid_count::text)
      FROM auction_bidders AS b WHERE b.item_id = a.item_id
      ORDER BY amount DESC, sequence DESC LIMIT ${BIDDERS_KEPT}) AS bidders
  FROM auctions AS a`;

const queries = {
  keep: { name: 'keep-boards', text: KEEP },
  changes: { name: 'board-changes', text: CHANGES },
  forgetChanges: { name: 'forget-changes', text: FORGET_CHANGES },
  listCooled: { name: 'list-cooled', text: LIST_COOLED },
  auctions: { name: 'auction-boards', text: `${AUCTIONS} WHERE item_id = ANY($1::uuid[])` },
  auctionsAfter: {
    name: 'auction-boards-after',
    text: `${AUCTIONS} WHERE item_id > $1 AND (closed_at IS NULL OR closed_at > now() - interval '1 day')
      ORDER BY item_id LIMIT $2`,
  },
  sellers: {
    name: 'seller-boards',
    text: `SELECT seller_id AS "sellerId", sold_count AS "soldCount" FROM sellers WHERE seller_id = ANY($1::uuid[])`,
  },
  sellersAfter: {
    name: 'seller-boards-after',
    text: `SELECT seller_id AS "sellerId", sold_count AS "soldCount" FROM sellers
      WHERE seller_id > $1 ORDER BY seller_id LIMIT $2`,
  },
};

/** Reads the projection's tables for the boards. */
export function createPostgresBoardSource(pool: Pool): BoardSource {
  const auctions = async (query: { name: string; text: string }, values: unknown[]) => {
    const { rows } = await pool.query<AuctionRow>({ ...query, values });
    return rows.map(toAuctionBoard);
  };
  const sellers = async (query: { name: string; text: string }, values: unknown[]) =>
    (await pool.query<SellerBoard>({ ...query, values })).rows;
  return {
    async keep(holder) {
      const { rows } = await pool.query<{ fence: bigint; projection: string }>({
        ...queries.keep,
        values: [holder],
      });
      return rows[0];
    },
    async release(holder) {
      await pool.query(RELEASE, [holder]);
    },
    async changes(limit) {
      const { rows } = await pool.query<{ minute: Date } & Partial<BoardChange>>({
        ...queries.changes,
        values: [limit],
      });
      const minute = rows[0]?.minute;
      if (minute === undefined) throw new Error('Postgres returned no minute');
      return { minute, changes: rows.flatMap(toChange) };
    },
    async forgetChanges(changes) {
      await pool.query({
        ...queries.forgetChanges,
        values: [
          changes.map(({ board }) => board),
          changes.map(({ key }) => key),
          changes.map(({ change }) => change),
        ],
      });
    },
    async listCooled(from, to) {
      await pool.query({ ...queries.listCooled, values: [from, to] });
    },
    auctions: (itemIds) =>
      itemIds.length === 0 ? Promise.resolve([]) : auctions(queries.auctions, [itemIds]),
    auctionsAfter: (itemId, limit) => auctions(queries.auctionsAfter, [itemId, limit]),
    sellers: (sellerIds) =>
      sellerIds.length === 0 ? Promise.resolve([]) : sellers(queries.sellers, [sellerIds]),
    sellersAfter: (sellerId, limit) => sellers(queries.sellersAfter, [sellerId, limit]),
  };
}

function toChange({ board, key, change }: Partial<BoardChange>): BoardChange[] {
  return board && key && change !== undefined && change !== null ? [{ board, key, change }] : [];
}

function toAuctionBoard({ bidders, ...auction }: AuctionRow): AuctionBoard {
  return {
    ...auction,
    bidders: bidders.map(({ userId, amount, sequence, bidCount }) => ({
      userId,
      amount: BigInt(amount),
      sequence: BigInt(sequence),
      bidCount: BigInt(bidCount),
    })),
  };
}
