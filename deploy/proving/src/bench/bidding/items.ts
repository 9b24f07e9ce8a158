import type { Pool } from '@gavel/postgres/pool';
import { START_PRICE } from './bid-loop.ts';

const INSERT = `
  INSERT INTO items (id, seller_id, title, description, images, category, currency, start_price, starts_at, end_at,
    hard_end_at, status, version, bid_count, created_at, updated_at)
  SELECT id, gen_random_uuid(), 'Bench', '', '{}', '', 'USD', $2, now(), now() + interval '1 day',
    now() + interval '1 day', 'active', 1, 0, now(), now()
  FROM unnest($1::uuid[]) AS id`;

let drawn = 0;

/**
 * Writes new auctions directly into the table of bids, because listing 10,000 items is not what is measured. Their ids contain a
 * number, because pgbench can make numbers and no UUIDs: see `itemIdSql`.
 */
export async function makeItems(pool: Pool, count: number): Promise<string[]> {
  const first = drawn;
  drawn += count;
  const ids = Array.from({ length: count }, (_, i) => itemId(first + i));
  await pool.query(INSERT, [ids, START_PRICE]);
  await pool.query('ANALYZE items');
  return ids;
}

const PREFIX = '00000000-0000-7000-8000-';

function itemId(number: number): string {
  return PREFIX + number.toString(16).padStart(12, '0');
}

/** The number in an id from `makeItems`. */
export function itemNumber(id: string): number {
  return Number.parseInt(id.slice(PREFIX.length), 16);
}

/** SQL for the id that has the number in a pgbench variable. */
export function itemIdSql(variable: string): string {
  return `('${PREFIX}' || lpad(to_hex(:${variable}::bigint), 12, '0'))::uuid`;
}
