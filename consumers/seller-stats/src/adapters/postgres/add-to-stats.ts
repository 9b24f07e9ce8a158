import type { Transaction } from '@gavel/postgres/transaction';
import type { foldAuctions, SellerCounts, SellerTotal } from '../../domain/fold-auctions.ts';

/** Adds a batch to the stored statistics: one statement for the counts, one for the totals per currency. */
export async function addToStats(
  tx: Transaction,
  { counts, totals }: ReturnType<typeof foldAuctions>,
): Promise<void> {
  await addCounts(tx, counts);
  await addTotals(tx, totals);
}

async function addCounts(tx: Transaction, counts: readonly SellerCounts[]): Promise<void> {
  await tx.query({
    name: 'add-to-seller-stats',
    text: `INSERT INTO seller_stats AS known (seller_id, sold_count, unsold_count)
           SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[])
           ON CONFLICT (seller_id) DO UPDATE SET
             sold_count = known.sold_count + excluded.sold_count,
             unsold_count = known.unsold_count + excluded.unsold_count`,
    values: [
      counts.map(({ sellerId }) => sellerId),
      counts.map(({ sold }) => sold),
      counts.map(({ unsold }) => unsold),
    ],
  });
}

async function addTotals(tx: Transaction, totals: readonly SellerTotal[]): Promise<void> {
  await tx.query({
    name: 'add-to-seller-totals',
    text: `INSERT INTO seller_currency_totals AS known (seller_id, currency, amount)
           SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[])
           ON CONFLICT (seller_id, currency) DO UPDATE SET amount = known.amount + excluded.amount`,
    values: [
      totals.map(({ sellerId }) => sellerId),
      totals.map(({ currency }) => currency),
      totals.map(({ amount }) => amount),
    ],
  });
}
