import type { Transaction } from '@gavel/postgres/transaction';
import type { foldBids } from '../../domain/fold-bids.ts';

/**
 * Adds a batch to the stored totals, and to those per currency, in one statement. A late event adds its bid and never moves
 * last_bid_at backwards.
 */
export async function addToTotals(
  tx: Transaction,
  { totals, perCurrency }: ReturnType<typeof foldBids>,
): Promise<void> {
  await tx.query({
    name: 'add-to-totals',
    text: `WITH per_currency AS (
             INSERT INTO user_currency_totals AS known (user_id, currency, bids, amount)
             SELECT * FROM unnest($5::uuid[], $6::text[], $7::bigint[], $8::bigint[])
             ON CONFLICT (user_id, currency) DO UPDATE SET
               bids = known.bids + excluded.bids, amount = known.amount + excluded.amount)
           INSERT INTO user_stats AS known (user_id, total_bids, total_amount, last_bid_at)
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
      perCurrency.map((total) => total.userId),
      perCurrency.map((total) => total.currency),
      perCurrency.map((total) => total.bids),
      perCurrency.map((total) => total.amount),
    ],
  });
}
