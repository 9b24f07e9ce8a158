import type { Transaction } from '@gavel/postgres/transaction';
import type { BoardChanges } from '../../domain/fold-events.ts';

// Writes the row, and so locks it, even if its values stay the same: a redriven bid and the end of the same auction are then
// applied one after the other, and the second sees the result of the first.
const AUCTIONS = `
  INSERT INTO auctions AS known (item_id, closed_at)
  SELECT * FROM unnest($1::uuid[], $2::timestamptz[])
  ON CONFLICT (item_id) DO UPDATE SET closed_at = LEAST(known.closed_at, excluded.closed_at)`;

const BIDDERS = `
  INSERT INTO auction_bidders AS known (item_id, user_id, amount, sequence, bid_count)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[])
  ON CONFLICT (item_id, user_id) DO UPDATE SET
    bid_count = known.bid_count + excluded.bid_count,
    amount = GREATEST(known.amount, excluded.amount),
    sequence = CASE WHEN (excluded.amount, excluded.sequence) > (known.amount, known.sequence)
      THEN excluded.sequence ELSE known.sequence END`;

const HEAT = `
  INSERT INTO auction_heat AS known (item_id, minute, bids)
  SELECT added.* FROM unnest($1::uuid[], $2::timestamptz[], $3::bigint[]) AS added (item_id, minute, bids)
  JOIN auctions USING (item_id) WHERE closed_at IS NULL
  ON CONFLICT (item_id, minute) DO UPDATE SET bids = known.bids + excluded.bids`;

const DELETE_HEAT = 'DELETE FROM auction_heat WHERE item_id = ANY($1::uuid[])';

const SELLERS = `
  INSERT INTO sellers AS known (seller_id, sold_count) SELECT * FROM unnest($1::uuid[], $2::bigint[])
  ON CONFLICT (seller_id) DO UPDATE SET sold_count = known.sold_count + excluded.sold_count`;

const LIST_CHANGES = `
  INSERT INTO public.board_changes AS known (board, key, change)
  SELECT board, key, nextval('public.board_change') FROM unnest($1::text[], $2::uuid[]) AS changed (board, key)
  ON CONFLICT (board, key) DO UPDATE SET change = excluded.change`;

/** Adds a batch to the projection, and lists the boards in Redis that have to be written again. */
export async function applyChanges(tx: Transaction, changes: BoardChanges): Promise<void> {
  const { auctions, bidders, heat, sellers } = changes;
  const closed = auctions.filter(({ closedAt }) => closedAt !== undefined);
  await run(tx, 'add-auctions', AUCTIONS, [
    auctions.map(({ itemId }) => itemId),
    auctions.map(({ closedAt }) => closedAt ?? null),
  ]);
  if (bidders.length > 0) {
    await run(tx, 'add-bidders', BIDDERS, [
      bidders.map(({ itemId }) => itemId),
      bidders.map(({ userId }) => userId),
      bidders.map(({ amount }) => amount),
      bidders.map(({ sequence }) => sequence),
      bidders.map(({ bids }) => bids),
    ]);
    await run(tx, 'add-heat', HEAT, [
      heat.map(({ itemId }) => itemId),
      heat.map(({ minute }) => minute),
      heat.map(({ bids }) => bids),
    ]);
  }
  if (closed.length > 0) await run(tx, 'delete-heat', DELETE_HEAT, [closed.map(({ itemId }) => itemId)]);
  if (sellers.length > 0) {
    await run(tx, 'add-sales', SELLERS, [
      sellers.map(({ sellerId }) => sellerId),
      sellers.map(({ sold }) => sold),
    ]);
  }
  await run(tx, 'list-changes', LIST_CHANGES, [
    [...auctions.map(() => 'auction'), ...sellers.map(() => 'seller')],
    [...auctions.map(({ itemId }) => itemId), ...sellers.map(({ sellerId }) => sellerId)],
  ]);
}

async function run(tx: Transaction, name: string, text: string, values: unknown[]): Promise<void> {
  await tx.query({ name, text, values });
}
