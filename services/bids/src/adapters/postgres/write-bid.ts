import type { Transaction } from '@gavel/postgres/transaction';
import type { IdempotencyKey } from '../../application/auctions.ts';
import type { Auction } from '../../domain/auction/auction.ts';
import type { AuctionEvent } from '../../domain/auction/event.ts';
import { KEPT_FOR } from './remembered-bid.ts';

type BidPlaced = Extract<AuctionEvent, { type: 'BidPlaced' }>;

/** Another transaction answered the same idempotency key while this one was under way; this one must begin anew. */
export class KeyTakenError extends Error {
  override readonly name = 'KeyTakenError';
}

// The bid and the auction's new state in one round trip: under contention every trip lengthens the time that the lock
// is held. `version` is checked although the lock is held, so a mistake elsewhere cannot break the sequence.
const BID = `INSERT INTO bids (id, item_id, user_id, amount, sequence, created_at) VALUES ($2, $1, $3, $4, $5, $6)`;
const ITEM = `UPDATE items SET highest_bid = $4, highest_bidder = $3, bid_count = $7, version = $5, updated_at = $6
  WHERE id = $1 AND version = $5 - 1`;
const WRITE = `WITH bid AS (${BID}) ${ITEM} RETURNING true AS key_is_ours`;

const WRITE_WITH_KEY = `WITH bid AS (${BID}), answer AS (
    INSERT INTO bid_idempotency_keys AS old (user_id, key, bid_id, item_id, amount, created_at)
    VALUES ($3, $8, $2, $1, $4, $6)
    ON CONFLICT (user_id, key) DO UPDATE
      SET bid_id = excluded.bid_id, item_id = excluded.item_id, amount = excluded.amount,
        created_at = excluded.created_at
      WHERE old.created_at <= statement_timestamp() - ${KEPT_FOR}
    RETURNING true)
  ${ITEM} RETURNING EXISTS (SELECT FROM answer) AS key_is_ours`;

/**
 * Writes one accepted bid, the auction after it and, with a key, the answer to remember. Throws KeyTakenError when
 * the key got another answer meanwhile.
 */
export async function writeBid(
  tx: Transaction,
  bid: BidPlaced,
  after: Auction,
  key: IdempotencyKey | undefined,
): Promise<void> {
  const values = [after.id, bid.bidId, bid.userId, bid.amount, after.version, bid.at, after.bidCount];
  const { rows } = await tx.query<{ key_is_ours: boolean }>(
    key
      ? { name: 'write-bid-with-key', text: WRITE_WITH_KEY, values: [...values, key.key] }
      : { name: 'write-bid', text: WRITE, values },
  );
  const row = rows[0];
  if (!row) throw new Error(`item ${after.id} is not at the version before ${after.version}`);
  if (!row.key_is_ours) throw new KeyTakenError(`idempotency key answered by another transaction`);
}
