import type { Transaction } from '@gavel/postgres/transaction';
import type { LockedAuction, RememberedBid } from '../../application/decide-batch.ts';
import { ITEM_COLUMNS, type ItemRow, toAuction } from './item-row.ts';
import {
  ANSWER_COLUMNS,
  type AnswerRow,
  type BidKey,
  KEPT_FOR,
  toRememberedBids,
} from './remembered-bids.ts';

// The lock is in a CTE because the clock must be read after it: a plain SELECT … FOR UPDATE computes its select list before it
// waits for the lock. NO KEY, because a bid changes no key column.
const LOCKED = `WITH locked AS MATERIALIZED (SELECT ${ITEM_COLUMNS} FROM items WHERE id = $1 FOR NO KEY UPDATE)`;

const LOCK = `${LOCKED}
  SELECT locked.*, clock_timestamp() AS now
  FROM (VALUES (1)) AS always LEFT JOIN locked ON true`;

// One row for each answer, at least one; every row contains the auction.
const LOCK_WITH_KEYS = `${LOCKED}
  SELECT locked.*, clock_timestamp() AS now, ${ANSWER_COLUMNS}
  FROM (VALUES (1)) AS always
  LEFT JOIN locked ON true
  LEFT JOIN (unnest($2::uuid[], $3::text[]) AS asked (user_id, key)
    JOIN bid_idempotency_keys AS answer
      ON answer.user_id = asked.user_id AND answer.key = asked.key
        AND answer.created_at > statement_timestamp() - ${KEPT_FOR}) ON true`;

type LockedRow = Omit<ItemRow, 'id'> & { id: string | null; now: Date } & Partial<AnswerRow>;

/**
 * Locks one auction until the transaction's end. With keys, reads their answers in the same round trip, as committed before the
 * statement began; by `keyOf`.
 */
export async function lockAuction(
  tx: Transaction,
  itemId: string,
  keys: readonly BidKey[] = [],
): Promise<{ locked: LockedAuction; remembered: ReadonlyMap<string, RememberedBid> }> {
  const { rows } = await tx.query<LockedRow>(
    keys.length === 0
      ? { name: 'lock-auction', text: LOCK, values: [itemId] }
      : {
          name: 'lock-auction-with-keys',
          text: LOCK_WITH_KEYS,
          values: [itemId, keys.map(({ userId }) => userId), keys.map(({ key }) => key)],
        },
  );
  const row = rows[0];
  if (!row) throw new Error('the lock statement returned no row');
  const { id, now } = row;
  return {
    locked: { auction: id === null ? undefined : toAuction({ ...row, id }), now },
    remembered: keys.length === 0 ? new Map() : toRememberedBids(rows.filter(hasAnswer)),
  };
}

// Skips locked rows, so it never waits. In order of id, so that concurrent statements lock in the same order.
const LOCK_FREE = `
  WITH locked AS MATERIALIZED (
    SELECT ${ITEM_COLUMNS} FROM items WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
  SELECT locked.*, clock_timestamp() AS now FROM locked`;

/**
 * Locks those auctions that nobody else has locked, until the transaction's end; by id. An auction that is missing in the result
 * is locked or does not exist.
 */
export async function lockFreeAuctions(
  tx: Transaction,
  itemIds: readonly string[],
): Promise<ReadonlyMap<string, LockedAuction>> {
  const { rows } = await tx.query<ItemRow & { now: Date }>({
    name: 'lock-free-auctions',
    text: LOCK_FREE,
    values: [itemIds],
  });
  return new Map(rows.map((row) => [row.id, { auction: toAuction(row), now: row.now }]));
}

function hasAnswer<R extends Partial<AnswerRow>>(row: R): row is R & AnswerRow {
  return typeof row.answer_user_id === 'string';
}
