import type { BidsUnderTest } from './bids-under-test.ts';

/** Everything that is stored for one item. A rejected bid must not change it. */
export interface Ledger {
  item: { version: bigint; bid_count: bigint; highest_bid: bigint | null; highest_bidder: string | null };
  /** The amounts of the bids, in the order of their sequences. */
  amounts: bigint[];
  /** The types of the events in the outbox, in order. */
  types: string[];
  sequences: bigint[];
}

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
  return {
    item: item.rows[0],
    amounts: bids.rows.map((row) => row.amount),
    types: events.rows.map((row) => row.type),
    sequences: events.rows.map((row) => row.sequence),
  };
}
