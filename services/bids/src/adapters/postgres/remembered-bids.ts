import type { Pool } from '@gavel/postgres/pool';
import type { Transaction } from '@gavel/postgres/transaction';
import { type BidRequest, keyOf, type RememberedBid } from '../../application/decide-batch.ts';

/** How long the answer to an idempotency key is remembered. */
export const KEPT_FOR = `interval '24 hours'`;

/** An idempotency key. Each user has their own. */
export interface BidKey {
  userId: string;
  key: string;
}

/** The columns of `answer` that `toRememberedBid` reads. */
export const ANSWER_COLUMNS = `answer.user_id AS answer_user_id, answer.key AS answer_key, answer.bid_id AS answer_bid_id,
  answer.item_id AS answer_item_id, answer.amount AS answer_asked, answer.max_amount AS answer_max_asked,
  answer.bid_amount AS answer_bid_amount, answer.bid_at AS answer_bid_at, answer.bid_automatic AS answer_bid_automatic,
  answer.leads AS answer_leads, answer.highest_bid AS answer_highest_bid,
  answer.minimum_next_bid AS answer_minimum_next_bid, answer.end_at AS answer_end_at,
  answer.reserve_met AS answer_reserve_met, answer.bid_at = answer.created_at AS answer_visible`;

export interface AnswerRow {
  answer_user_id: string;
  answer_key: string;
  answer_bid_id: string;
  answer_item_id: string;
  answer_asked: bigint;
  answer_max_asked: bigint | null;
  answer_bid_amount: bigint;
  answer_bid_at: Date;
  answer_bid_automatic: boolean;
  answer_leads: boolean;
  answer_highest_bid: bigint;
  answer_minimum_next_bid: bigint;
  answer_end_at: Date;
  answer_reserve_met: boolean;
  /** The answer to a raised maximum contains the highest bid, which is older. */
  answer_visible: boolean;
}

/** The keys of some bids, each once. */
export function keysOf(bids: readonly BidRequest[]): BidKey[] {
  const keys = new Map<string, BidKey>();
  for (const { command, key } of bids) {
    if (key !== undefined) keys.set(keyOf(command.userId, key), { userId: command.userId, key });
  }
  return [...keys.values()];
}

/** The answers by `keyOf`. */
export function toRememberedBids(rows: readonly AnswerRow[]): ReadonlyMap<string, RememberedBid> {
  return new Map(rows.map((row) => [keyOf(row.answer_user_id, row.answer_key), toRememberedBid(row)]));
}

function toRememberedBid(row: AnswerRow): RememberedBid {
  return {
    asked: { amount: row.answer_asked, maximum: row.answer_max_asked ?? undefined },
    answer: {
      bid: {
        id: row.answer_bid_id,
        itemId: row.answer_item_id,
        userId: row.answer_user_id,
        amount: row.answer_bid_amount,
        automatic: row.answer_bid_automatic,
        createdAt: row.answer_bid_at,
      },
      leading: row.answer_leads,
      currentHighestBid: row.answer_highest_bid,
      minimumNextBid: row.answer_minimum_next_bid,
      endAt: row.answer_end_at,
      reserveMet: row.answer_reserve_met,
    },
    visible: row.answer_visible,
  };
}

const FIND = `SELECT ${ANSWER_COLUMNS}
  FROM unnest($1::uuid[], $2::text[]) AS asked (user_id, key)
  JOIN bid_idempotency_keys AS answer ON answer.user_id = asked.user_id AND answer.key = asked.key
  WHERE answer.created_at > statement_timestamp() - ${KEPT_FOR}`;

/** The answers that these keys have now, by `keyOf`. */
export async function findRememberedBids(
  tx: Transaction,
  keys: readonly BidKey[],
): Promise<ReadonlyMap<string, RememberedBid>> {
  const { rows } = await tx.query<AnswerRow>({
    name: 'find-remembered-bids',
    text: FIND,
    values: [keys.map(({ userId }) => userId), keys.map(({ key }) => key)],
  });
  return toRememberedBids(rows);
}

const BATCH = 5_000;

type AnswerTable = 'bid_idempotency_keys' | 'item_idempotency_keys';

/** Deletes answers older than 24 hours, in batches so that no lock is held for long. Resolves to the number of deleted rows. */
export async function pruneAnswers(pool: Pool, table: AnswerTable): Promise<number> {
  let pruned = 0;
  for (let batch = BATCH; batch === BATCH; pruned += batch) {
    const { rowCount } = await pool.query(
      `DELETE FROM ${table} WHERE ctid IN (
         SELECT ctid FROM ${table} WHERE created_at < statement_timestamp() - ${KEPT_FOR}
         LIMIT $1 FOR UPDATE SKIP LOCKED)`,
      [BATCH],
    );
    batch = rowCount ?? 0;
  }
  return pruned;
}
