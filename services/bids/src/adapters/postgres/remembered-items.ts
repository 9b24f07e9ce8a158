import type { Transaction } from '@gavel/postgres/transaction';
import type { KeyedRequest, RepeatedChange } from '../../application/ports.ts';
import type { Auction } from '../../domain/auction/auction.ts';
import { ITEM_COLUMNS, type ItemRow, toAuction } from './item-row.ts';
import { KEPT_FOR } from './remembered-bids.ts';

// Only requests with the same key wait for each other. The lock comes first, so the statement after it sees the answer of the request
// that held it before.
const LOCK = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))';

// A column that was added to items after the answer has the item's value of today.
const FIND = `SELECT ${ITEM_COLUMNS}, same_request, answered_at
  FROM (
    SELECT answer.*, kept.created_at AS answered_at, kept.asked = sha256(convert_to($3, 'UTF8')) AS same_request
    FROM item_idempotency_keys AS kept JOIN items ON items.id = kept.item_id
    CROSS JOIN LATERAL jsonb_populate_record(items, kept.answer) AS answer
    WHERE kept.user_id = $1 AND kept.key = $2 AND kept.created_at > statement_timestamp() - ${KEPT_FOR}) AS remembered`;

const REMEMBER = `INSERT INTO item_idempotency_keys (user_id, key, asked, item_id, answer, created_at)
  SELECT $1, $2, sha256(convert_to($3, 'UTF8')), id, to_jsonb(items), $5 FROM items WHERE id = $4
  ON CONFLICT (user_id, key) DO UPDATE SET asked = excluded.asked, item_id = excluded.item_id, answer = excluded.answer,
    created_at = excluded.created_at`;

/** Locks the key until the transaction's end, and reads the answer that it has; undefined when it has none. */
export async function findRememberedItem(
  tx: Transaction,
  { userId, key, asked }: KeyedRequest,
): Promise<RepeatedChange | undefined> {
  await tx.query({ name: 'lock-item-key', text: LOCK, values: [`${userId} ${key}`] });
  const { rows } = await tx.query<ItemRow & { same_request: boolean; answered_at: Date }>({
    name: 'find-remembered-item',
    text: FIND,
    values: [userId, key, asked],
  });
  const row = rows[0];
  if (!row) return undefined;
  return { kind: 'repeated', sameRequest: row.same_request, auction: toAuction(row), now: row.answered_at };
}

/** Remembers the item as it is now, as the answer to the request. */
export async function rememberItem(
  tx: Transaction,
  { userId, key, asked }: KeyedRequest,
  { auction, now }: { auction: Auction; now: Date },
): Promise<void> {
  const values = [userId, key, asked, auction.id, now];
  await tx.query({ name: 'remember-item', text: REMEMBER, values });
}
