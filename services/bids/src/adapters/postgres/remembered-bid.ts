import type { Pool } from '@gavel/postgres/pool';
import type { Transaction } from '@gavel/postgres/transaction';
import type { IdempotencyKey } from '../../application/auctions.ts';
import type { Bid } from '../../domain/auction/auction.ts';

/** How long an idempotency key's answer counts. */
export const KEPT_FOR = `interval '24 hours'`;

/** The answer that a key has by now, or undefined. */
export async function findRememberedBid(tx: Transaction, key: IdempotencyKey): Promise<Bid | undefined> {
  const { rows } = await tx.query<{ bid_id: string; item_id: string; amount: bigint; created_at: Date }>({
    name: 'find-remembered-bid',
    text: `SELECT bid_id, item_id, amount, created_at FROM bid_idempotency_keys
      WHERE user_id = $1 AND key = $2 AND created_at > statement_timestamp() - ${KEPT_FOR}`,
    values: [key.userId, key.key],
  });
  const row = rows[0];
  return (
    row && {
      id: row.bid_id,
      itemId: row.item_id,
      userId: key.userId,
      amount: row.amount,
      createdAt: row.created_at,
    }
  );
}

const BATCH = 5_000;

/** Removes answers older than 24 hours, a batch at a time so that no lock is held long. Resolves to how many went. */
export async function pruneRememberedBids(pool: Pool): Promise<number> {
  let pruned = 0;
  for (let batch = BATCH; batch === BATCH; pruned += batch) {
    const { rowCount } = await pool.query(
      `DELETE FROM bid_idempotency_keys WHERE ctid IN (
         SELECT ctid FROM bid_idempotency_keys WHERE created_at < statement_timestamp() - ${KEPT_FOR}
         LIMIT $1 FOR UPDATE SKIP LOCKED)`,
      [BATCH],
    );
    batch = rowCount ?? 0;
  }
  return pruned;
}
