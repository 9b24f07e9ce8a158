import type { Pool } from '@gavel/postgres/pool';

const WRONG = `
  SELECT count(*)::int AS wrong
  FROM items AS i
  LEFT JOIN LATERAL (
    SELECT count(*) AS bids, max(amount) AS highest, min(sequence) AS first, max(sequence) AS last,
      count(DISTINCT sequence) AS sequences, (array_agg(amount ORDER BY sequence DESC))[1] AS price
    FROM bids WHERE item_id = i.id) AS b ON true
  WHERE i.id = ANY($1::uuid[])
    AND (i.bid_count <> b.bids OR i.version <> 1 + b.bids OR i.highest_bid IS DISTINCT FROM b.highest
      OR i.highest_bid IS DISTINCT FROM b.price
      OR b.bids > 0 AND (b.first <> 2 OR b.last <> 1 + b.bids OR b.sequences <> b.bids))`;
const RISING = `
  SELECT count(*)::int AS wrong FROM (
    SELECT amount <= lag(amount) OVER (PARTITION BY item_id ORDER BY sequence) AS falls
    FROM bids WHERE item_id = ANY($1::uuid[])) AS steps WHERE falls`;
const BIDS = `SELECT count(*)::int AS bids FROM bids WHERE item_id = ANY($1::uuid[])`;
const EVENTS = `SELECT count(*)::int AS events FROM outbox WHERE aggregate_id = ANY($1::text[])`;

export interface ExpectedLedger {
  readonly items: readonly string[];
  /** Number of accepted bids. */
  readonly accepted: number;
  /** Whether each bid must have its event in the outbox. */
  readonly events: boolean;
}

/**
 * Checks the tables after a run: they contain exactly the accepted bids, each item's row agrees with its bids and its price is the
 * last one, sequences have no gap, amounts rise, and each bid has its event. Throws an error that says what is wrong.
 */
export async function verifyLedger(pool: Pool, expected: ExpectedLedger): Promise<void> {
  const { items, accepted } = expected;
  const count = async (sql: string): Promise<number> => {
    const { rows } = await pool.query<Record<string, number>>(sql, [items]);
    return Object.values(rows[0] ?? {})[0] ?? Number.NaN;
  };
  const found = {
    'items that disagree with their bids': [await count(WRONG), 0],
    'amounts that do not rise': [await count(RISING), 0],
    bids: [await count(BIDS), accepted],
    ...(expected.events && { events: [await count(EVENTS), accepted] }),
  };
  const wrong = Object.entries(found).filter(([, [is, should]]) => is !== should);
  if (wrong.length === 0) return;
  const lines = wrong.map(([what, [is, should]]) => `${what}: ${is}, should be ${should}`);
  throw new Error(`the ledger is wrong: ${lines.join('; ')}`);
}
