import type { BidsUnderTest } from './bids-under-test.ts';

/** Everything that is stored for one item. A rejected bid must not change it, and its price is always the last bid. */
export interface Ledger {
  item: { version: bigint; bid_count: bigint; highest_bid: bigint | null; highest_bidder: string | null };
  /** The amounts of the bids, in the order of their sequences. */
  amounts: bigint[];
  /** The types of the events in the outbox, in order. */
  types: string[];
  sequences: bigint[];
}

/** Throws when the item's price is not the amount of its last bid. */
export async function readLedger({ database: { pool } }: BidsUnderTest, itemId: string): Promise<Ledger> {
  const item = await pool.query(
    'SELECT version, bid_count, highest_bid, highest_bidder FROM items WHERE id = $1',
    [itemId],
  );
  const bids = await pool.query<{ amount: bigint }>(
    'SELECT amount FROM bids WHERE item_id = $1 ORDER BY sequence',
    [itemId],
  );
  const events = await pool.query<{ type: string; sequence: bigint }>(
    'SELECT type, sequence FROM outbox WHERE aggregate_id = $1 ORDER BY sequence',
    [itemId],
  );
  const price = item.rows[0]?.highest_bid ?? undefined;
  const last = bids.rows.at(-1)?.amount;
  if (price !== last) throw new Error(`the price ${price} of the item is not its last bid ${last}`);
  return {
    item: item.rows[0],
    amounts: bids.rows.map((row) => row.amount),
    types: events.rows.map((row) => row.type),
    sequences: events.rows.map((row) => row.sequence),
  };
}
