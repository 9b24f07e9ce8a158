import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { percentiles } from '../percentiles.ts';
import type { BiddingRate, Contender } from './contender.ts';
import { itemIdSql, itemNumber } from './items.ts';

// All scripts use the tables of bids, with their indexes and checks. Each transaction bids the next minimum, which it reads
// under its lock, so no bid is refused. This is the best case for pgbench.
const DRAW = `\\set n random(:first, :last)`;
const ITEM = itemIdSql('n');
const INSERT_BID = `INSERT INTO bids (id, item_id, user_id, amount, sequence, created_at)
  VALUES (gen_random_uuid(), ${ITEM}, gen_random_uuid(), :price, :version, clock_timestamp());`;
const UPDATE_ITEM = `UPDATE items SET highest_bid = :price, highest_bidder = '00000000-0000-4000-8000-000000000001',
    highest_bid_id = '00000000-0000-4000-8000-000000000002', highest_bid_at = clock_timestamp(),
    highest_bid_automatic = false, bid_count = bid_count + 1, version = :version, updated_at = clock_timestamp()
  WHERE id = ${ITEM};`;
const LOCK = `SELECT coalesce(highest_bid + 10000, start_price) AS price, version + 1 AS version FROM items
  WHERE id = ${ITEM} AND status = 'active' AND end_at > clock_timestamp() FOR NO KEY UPDATE \\gset`;
// About as many bytes as a BidPlaced event.
const INSERT_EVENT = `INSERT INTO outbox (event_id, type, subject, stream, aggregate_id, sequence, time, body)
  VALUES (gen_random_uuid(), 'bids.v1.BidPlaced', 'gavel.bids.bid_placed.' || ${ITEM}::text, 'gavel.bids',
    ${ITEM}::text, :version, clock_timestamp(), decode(repeat('00', 220), 'hex'));`;

const scripts = {
  naive: [DRAW, 'BEGIN;', LOCK, INSERT_BID, UPDATE_ITEM, 'COMMIT;'],
  'same statements': [DRAW, 'BEGIN;', LOCK, INSERT_BID, UPDATE_ITEM, INSERT_EVENT, 'COMMIT;'],
  'one statement': [
    DRAW,
    `WITH won AS (
      UPDATE items SET highest_bid = coalesce(highest_bid + 10000, start_price),
        highest_bidder = '00000000-0000-4000-8000-000000000001',
        highest_bid_id = '00000000-0000-4000-8000-000000000002', highest_bid_at = clock_timestamp(),
        highest_bid_automatic = false, bid_count = bid_count + 1, version = version + 1, updated_at = clock_timestamp()
      WHERE id = ${ITEM} AND status = 'active' AND end_at > clock_timestamp()
      RETURNING id, highest_bid, version)
    INSERT INTO bids (id, item_id, user_id, amount, sequence, created_at)
    SELECT gen_random_uuid(), id, gen_random_uuid(), highest_bid, version, clock_timestamp() FROM won;`,
  ],
} as const;

/**
 * pgbench, the load generator of Postgres, with prepared statements and no service in between. `naive` is the usual transaction
 * of five statements, `one statement` is the minimum for a bid, and `same statements` writes what Gavel writes for a bid, with the
 * outbox row.
 */
export function pgbench(variant: keyof typeof scripts, binary: string, databaseUrl: string): Contender {
  return {
    name: `pgbench, ${variant}`,
    async bid(items, bidders, seconds): Promise<BiddingRate> {
      const directory = await mkdtemp(join(tmpdir(), 'gavel-pgbench-'));
      try {
        const file = join(directory, 'bid.sql');
        // For pgbench a statement ends at the semicolon, and a backslash command at the end of its line.
        await writeFile(file, scripts[variant].map((line) => line.replaceAll(/\s*\n\s*/g, ' ')).join('\n'));
        const numbers = items.map(itemNumber);
        const began = performance.now();
        await execa(
          binary,
          [
            '--no-vacuum',
            '--protocol=prepared',
            `--file=${file}`,
            `--client=${bidders}`,
            `--jobs=${Math.min(2, bidders)}`,
            `--time=${seconds}`,
            `--define=first=${numbers[0]}`,
            `--define=last=${numbers.at(-1)}`,
            '--log',
            `--log-prefix=${join(directory, 'log')}`,
            databaseUrl,
          ],
          { cwd: directory },
        );
        const latencies = await readLatencies(directory);
        const elapsed = Math.min((performance.now() - began) / 1000, seconds);
        return {
          accepted: latencies.length / elapsed,
          refused: 0,
          latency: percentiles(latencies),
          acceptedCount: latencies.length,
        };
      } finally {
        await rm(directory, { recursive: true });
      }
    },
  };
}

/** Duration of each transaction in ms. Fields of a line: client, transaction, microseconds, script, second and microsecond of the end. */
async function readLatencies(directory: string): Promise<number[]> {
  const logs = (await readdir(directory)).filter((name) => name.startsWith('log'));
  const texts = await Promise.all(logs.map((name) => readFile(join(directory, name), 'utf8')));
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => Number(line.split(' ')[2]) / 1000),
  );
}
