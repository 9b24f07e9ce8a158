import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { migrate } from '@gavel/postgres/migrate';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ITEM_COLUMNS, type ItemRow, toAuction } from './adapters/postgres/item-row.ts';
import { bidsProcess } from './process.ts';

const [, bidsTables] = bidsProcess.database.migrations;

let directory: string;
let database: TestDatabase;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gavel-migrations-'));
  database = await createTestDatabase([]);
});
afterAll(async () => {
  await database?.drop();
  await rm(directory, { recursive: true });
});

it('auctions created before maxima and reserves keep working, and ended ones keep their winners', async () => {
  const first = '0001-items-and-bids.sql';
  await cp(new URL(first, bidsTables.directory), join(directory, first));
  const { pool } = database;
  await migrate(pool, [{ name: bidsTables.name, directory: pathToFileURL(`${directory}/`) }]);

  const [running, sold, unsold] = [uuidv7(), uuidv7(), uuidv7()];
  const [seller, ann, bob] = [uuidv7(), uuidv7(), uuidv7()];
  const [firstBid, lastBid, soldBid] = [uuidv7(), uuidv7(), uuidv7()];
  await pool.query(
    `INSERT INTO items (id, seller_id, title, description, images, category, currency, start_price, end_at, status, outcome,
       version, bid_count, highest_bid, highest_bidder, created_at, updated_at)
     VALUES ($1, $4, 'Runs', '', '{}', '', 'USD', 100, '2100-01-02T12:00Z', 'active', NULL, 3, 2, 101, $6,
         '2100-01-01T12:00Z', '2100-01-01T13:00Z'),
       ($2, $4, 'Sold', '', '{}', '', 'EUR', 100, '2020-01-02T12:00Z', 'ended', 'sold', 3, 1, 300, $5,
         '2020-01-01T12:00Z', '2020-01-02T12:00:01Z'),
       ($3, $4, 'Unsold', '', '{}', '', 'EUR', 100, '2020-01-01T12:10Z', 'ended', 'no_bids', 2, 0, NULL, NULL,
         '2020-01-01T12:00Z', '2020-01-01T12:10:01Z')`,
    [running, sold, unsold, seller, ann, bob],
  );
  await pool.query(
    `INSERT INTO bids (id, item_id, user_id, amount, sequence, created_at)
     VALUES ($1, $4, $6, 100, 2, '2100-01-01T12:30Z'), ($2, $4, $7, 101, 3, '2100-01-01T13:00Z'),
       ($3, $5, $6, 300, 2, '2020-01-01T13:00Z')`,
    [firstBid, lastBid, soldBid, running, sold, ann, bob],
  );
  await pool.query(
    `INSERT INTO bid_idempotency_keys (user_id, key, bid_id, item_id, amount, created_at)
     VALUES ($1, 'k', $2, $3, 101, '2100-01-01T13:00Z')`,
    [bob, lastBid, running],
  );

  await migrate(pool, [bidsTables]);

  const read = async (id: string) => {
    const { rows } = await pool.query<ItemRow>(`SELECT ${ITEM_COLUMNS} FROM items WHERE id = $1`, [id]);
    return rows[0] && toAuction(rows[0]);
  };
  expect(await read(running)).toMatchObject({
    startsAt: new Date('2100-01-01T12:00Z'),
    hardEndAt: new Date('2100-01-02T12:00Z'),
    softCloseSeconds: 0,
    reservePrice: undefined,
    highestBid: { bidId: lastBid, userId: bob, amount: 101n, maximum: undefined, automatic: false },
    revision: 3n,
    startAnnounced: true,
    endingSoonAnnounced: false,
  });
  expect(await read(sold)).toMatchObject({
    status: 'ended',
    winner: { userId: ann, amount: 300n },
    closedAt: new Date('2020-01-02T12:00:01Z'),
    highestBid: { bidId: soldBid },
  });
  expect(await read(unsold)).toMatchObject({
    winner: undefined,
    highestBid: undefined,
    endingSoonAnnounced: true,
  });
  const due = await pool.query(
    'SELECT id, next_announcement_at AS at FROM items WHERE next_announcement_at IS NOT NULL',
  );
  expect(due.rows).toEqual([{ id: running, at: new Date('2100-01-02T11:50Z') }]);
  const answers = await pool.query('SELECT bid_amount, highest_bid, leads, end_at FROM bid_idempotency_keys');
  expect(answers.rows).toEqual([
    { bid_amount: 101n, highest_bid: 101n, leads: true, end_at: new Date('2100-01-02T12:00Z') },
  ]);
});
