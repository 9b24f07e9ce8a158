import type { Transaction } from '@gavel/postgres/transaction';
import type { RememberedBid } from '../../application/auctions.ts';
import type { Auction } from '../../domain/auction/auction.ts';
import { ITEM_COLUMNS, type ItemRow, toAuction } from './item-row.ts';
import {
  ANSWER_COLUMNS,
  type AnswerRow,
  type BidKey,
  KEPT_FOR,
  keyOf,
  toRememberedBid,
} from './remembered-bid.ts';

interface LockedAuction {
  /** Undefined: there is no such item, so nothing is locked either. */
  auction: Auction | undefined;
  /** The database's clock, read after the lock was got. */
  now: Date;
  /** What the keys were answered with, as far as it was committed before this statement began; by `keyOf`. */
  remembered: ReadonlyMap<string, RememberedBid>;
}

// The lock stands in a CTE because the clock must be read after it: in a plain SELECT … FOR UPDATE the select list is
// computed below the lock, before the wait for it. A bid changes no key column, hence NO KEY.
const LOCKED = `WITH locked AS MATERIALIZED (SELECT ${ITEM_COLUMNS} FROM items WHERE id = $1 FOR NO KEY UPDATE)`;

const LOCK = `${LOCKED}
  SELECT locked.*, clock_timestamp() AS now
  FROM (VALUES (1)) AS always LEFT JOIN locked ON true`;

// One row, or as many as there are answers, each with the auction.
const LOCK_WITH_KEYS = `${LOCKED}
  SELECT locked.*, clock_timestamp() AS now, ${ANSWER_COLUMNS}
  FROM (VALUES (1)) AS always
  LEFT JOIN locked ON true
  LEFT JOIN (unnest($2::uuid[], $3::text[]) AS asked (user_id, key)
    JOIN bid_idempotency_keys AS answer
      ON answer.user_id = asked.user_id AND answer.key = asked.key
        AND answer.created_at > statement_timestamp() - ${KEPT_FOR}) ON true`;

type LockedRow = Omit<ItemRow, 'id'> & { id: string | null; now: Date } & Partial<AnswerRow>;

/** Locks one auction until the transaction's end; with keys, looks for their answers in the same round trip. */
export async function lockAuction(
  tx: Transaction,
  itemId: string,
  keys: readonly BidKey[] = [],
): Promise<LockedAuction> {
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
  if (!row)
    throw new Error('the lock statement answers with one row at least, whether or not there is an item');
  const { id } = row;
  return {
    auction: id === null ? undefined : toAuction({ ...row, id }),
    now: row.now,
    remembered: new Map(
      rows
        .filter(hasAnswer)
        .map((answer) => [keyOf(answer.answer_user_id, answer.answer_key), toRememberedBid(answer)]),
    ),
  };
}

// In order of id, so that two of these never wait for one another; whoever holds one of them is not waited for either.
const LOCK_FREE = `
  WITH locked AS MATERIALIZED (
    SELECT ${ITEM_COLUMNS} FROM items WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
  SELECT locked.*, clock_timestamp() AS now FROM locked`;

/**
 * Locks those of several auctions that nobody holds, until the transaction's end; by id. An auction that is missing in the
 * answer is held by somebody, or is none.
 */
export async function lockFreeAuctions(
  tx: Transaction,
  itemIds: readonly string[],
): Promise<ReadonlyMap<string, { auction: Auction; now: Date }>> {
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
