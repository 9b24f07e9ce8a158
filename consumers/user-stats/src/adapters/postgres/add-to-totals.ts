import type { Transaction } from '@gavel/postgres/transaction';
import type { UserTotals } from '../../domain/fold-bids.ts';

/**
 * Adds a batch to the stored totals in one statement. A late event adds its bid and never moves last_bid_at backwards.
 */
export async function addToTotals(tx: Transaction, totals: readonly UserTotals[]): Promise<void> {
  await tx.query({
    name: 'add-to-totals',
    text: `INSERT INTO user_stats AS known (user_id, total_bids, total_amount, last_bid_at)
           SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::timestamptz[])
           ON CONFLICT (user_id) DO UPDATE SET
             total_bids = known.total_bids + excluded.total_bids,
             total_amount = known.total_amount + excluded.total_amount,
             last_bid_at = GREATEST(known.last_bid_at, excluded.last_bid_at)`,
    values: [
      totals.map((total) => total.userId),
      totals.map((total) => total.bids),
      totals.map((total) => total.amount),
      totals.map((total) => total.lastBidAt),
    ],
  });
}
