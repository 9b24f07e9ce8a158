import type { Pool } from '@gavel/postgres/pool';
import type { StoredSellerStats } from '../../application/ports.ts';

interface Row {
  sold_count: bigint;
  unsold_count: bigint;
  totals: { currency: string; amount: string }[];
}

/** Reads the tables that the seller-stats consumer writes. */
export function createPostgresSellerStats(pool: Pool): StoredSellerStats {
  return {
    async find(sellerId) {
      const { rows } = await pool.query<Row>({
        name: 'find-seller-stats',
        // JSON numbers would lose digits above 2^53, so amounts come as text.
        text: `SELECT sold_count, unsold_count, coalesce((
                 SELECT jsonb_agg(jsonb_build_object('currency', currency, 'amount', amount::text) ORDER BY currency)
                 FROM seller_currency_totals AS own WHERE own.seller_id = stats.seller_id), '[]') AS totals
               FROM seller_stats AS stats WHERE seller_id = $1`,
        values: [sellerId],
      });
      const row = rows[0];
      return (
        row && {
          sellerId,
          soldCount: row.sold_count,
          unsoldCount: row.unsold_count,
          totals: row.totals.map(({ currency, amount }) => ({ currency, amount: BigInt(amount) })),
        }
      );
    },
  };
}
