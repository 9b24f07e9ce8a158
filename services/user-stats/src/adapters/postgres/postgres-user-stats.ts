import type { Pool } from '@gavel/postgres/pool';
import type { StoredUserStats } from '../../application/ports.ts';

interface Row {
  total_bids: bigint;
  total_amount: bigint;
  last_bid_at: Date;
  totals: { currency: string; bids: string; amount: string }[];
}

/** Reads the tables that the user-stats consumer writes. */
export function createPostgresUserStats(pool: Pool): StoredUserStats {
  return {
    async find(userId) {
      const { rows } = await pool.query<Row>({
        name: 'find-user-stats',
        // JSON numbers would lose digits above 2^53, so bigints come as text.
        text: `SELECT total_bids, total_amount, last_bid_at, coalesce((
                 SELECT jsonb_agg(jsonb_build_object(
                     'currency', currency, 'bids', bids::text, 'amount', amount::text) ORDER BY currency)
                 FROM user_currency_totals AS own WHERE own.user_id = stats.user_id), '[]') AS totals
               FROM user_stats AS stats WHERE user_id = $1`,
        values: [userId],
      });
      const row = rows[0];
      return (
        row && {
          userId,
          totalBids: row.total_bids,
          totalAmount: row.total_amount,
          lastBidAt: row.last_bid_at,
          totals: row.totals.map(({ currency, bids, amount }) => ({
            currency,
            bids: BigInt(bids),
            amount: BigInt(amount),
          })),
        }
      );
    },
  };
}
