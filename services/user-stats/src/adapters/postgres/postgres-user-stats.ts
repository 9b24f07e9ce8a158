import type { Pool } from '@gavel/postgres/pool';
import type { StoredUserStats } from '../../application/ports.ts';

interface Row {
  total_bids: bigint;
  total_amount: bigint;
  last_bid_at: Date;
}

/** Reads the table that the user-stats consumer writes. */
export function createPostgresUserStats(pool: Pool): StoredUserStats {
  return {
    async find(userId) {
      const { rows } = await pool.query<Row>({
        name: 'find-user-stats',
        text: 'SELECT total_bids, total_amount, last_bid_at FROM user_stats WHERE user_id = $1',
        values: [userId],
      });
      const row = rows[0];
      return (
        row && {
          userId,
          totalBids: row.total_bids,
          totalAmount: row.total_amount,
          lastBidAt: row.last_bid_at,
        }
      );
    },
  };
}
