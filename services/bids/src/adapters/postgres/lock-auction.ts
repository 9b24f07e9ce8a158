import type { Transaction } from '@gavel/postgres/transaction';
import type { IdempotencyKey } from '../../application/auctions.ts';
import type { Auction, Bid } from '../../domain/auction/auction.ts';
import { ITEM_COLUMNS, type ItemRow, toAuction } from './item-row.ts';
import { KEPT_FOR } from './remembered-bid.ts';

interface LockedAuction {
  /** Undefined: there is no such item, so nothing is locked either. */
  auction: Auction | undefined;
  /** The database's clock, read after the lock was got. */
  now: Date;
  /** What the key was answered with, as far as it was committed before this statement began. */
  remembered: Bid | undefined;
}

// The lock stands in a CTE because the clock must be read after it: in a plain SELECT … FOR UPDATE the select list is
// computed below the lock, before the wait for it. A bid changes no key column, hence NO KEY.
const LOCK = `
  WITH locked AS MATERIALIZED (SELECT ${ITEM_COLUMNS} FROM items WHERE id = $1 FOR NO KEY UPDATE)
  SELECT locked.*, clock_timestamp() AS now
  FROM (VALUES (1)) AS always LEFT JOIN locked ON true`;

const LOCK_WITH_KEY = `
  WITH locked AS MATERIALIZED (SELECT ${ITEM_COLUMNS} FROM items WHERE id = $1 FOR NO KEY UPDATE)
  SELECT locked.*, clock_timestamp() AS now,
    answer.bid_id, answer.item_id AS bid_item_id, answer.amount AS bid_amount, answer.created_at AS bid_created_at
  FROM (VALUES (1)) AS always
  LEFT JOIN locked ON true
  LEFT JOIN bid_idempotency_keys AS answer
    ON answer.user_id = $2 AND answer.key = $3 AND answer.created_at > statement_timestamp() - ${KEPT_FOR}`;

interface LockedRow extends Omit<ItemRow, 'id'> {
  id: string | null;
  now: Date;
  bid_id?: string | null;
  bid_item_id: string;
  bid_amount: bigint;
  bid_created_at: Date;
}

/** Locks one auction until the transaction's end; with a key, looks for its answer in the same round trip. */
export async function lockAuction(
  tx: Transaction,
  itemId: string,
  key: IdempotencyKey | undefined,
): Promise<LockedAuction> {
  const { rows } = await tx.query<LockedRow>(
    key
      ? { name: 'lock-auction-with-key', text: LOCK_WITH_KEY, values: [itemId, key.userId, key.key] }
      : { name: 'lock-auction', text: LOCK, values: [itemId] },
  );
  const row = rows[0];
  if (!row) throw new Error('the lock statement answers with one row, whether or not there is an item');
  const { id } = row;
  return {
    auction: id === null ? undefined : toAuction({ ...row, id }),
    now: row.now,
    remembered:
      key && row.bid_id
        ? {
            id: row.bid_id,
            itemId: row.bid_item_id,
            userId: key.userId,
            amount: row.bid_amount,
            createdAt: row.bid_created_at,
          }
        : undefined,
  };
}
