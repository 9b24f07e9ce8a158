import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BidRequest, type BidResult, decideBatch } from '../../application/decide-batch.ts';
import type { Auctions } from '../../application/ports.ts';
import { decide } from '../../domain/auction/decide.ts';
import { stepsOf } from '../../domain/auction/evolve.ts';
import { bidsProcess } from '../../process.ts';
import { createClock } from '../../testing/auction-scenario.ts';
import { createPostgresAuctions } from './postgres-auctions.ts';

let database: TestDatabase;
let auctions: Auctions;
beforeAll(async () => {
  database = await createTestDatabase(bidsProcess.database.migrations);
  auctions = createPostgresAuctions(database.pool);
});
afterAll(() => database?.drop());

async function newAuction(): Promise<string> {
  const itemId = uuidv7();
  await auctions.change(itemId, (auction, now) => {
    const endAt = new Date(now.getTime() + 3_600_000);
    return stepsOf(auction, decide(auction, { ...createClock, itemId, sellerId: uuidv7(), endAt }, now));
  });
  return itemId;
}

// From 100.00 on no increment is more than a fortieth of the price.
const amountOf = (n: number): bigint => (n === 0 ? 10_000n : (amountOf(n - 1) * 41n) / 40n + 1n);

function bid(
  itemId: string,
  amount: bigint,
  fields: Partial<BidRequest> = {},
  through = auctions,
): Promise<BidResult> {
  const ids = { bidId: uuidv7(), answerId: uuidv7(), userId: uuidv7() };
  const command = { type: 'PlaceBid' as const, ...ids, amount, maximum: undefined };
  return through.placeBid({ itemId, command, key: undefined, ...fields });
}

/** The number of transactions that wrote the bids on these auctions, and the number of bids. */
async function written(...itemIds: string[]): Promise<{ transactions: number; bids: number }> {
  const { rows } = await database.pool.query(
    `SELECT count(DISTINCT xmin::text)::int AS transactions, count(*)::int AS bids FROM bids
     WHERE item_id = ANY($1::uuid[])`,
    [itemIds],
  );
  return rows[0];
}

describe('bids that arrive at the same time', () => {
  it('on one auction share a transaction in the order of their arrival, each with its own answer', async () => {
    const itemId = await newAuction();
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, n) => bid(itemId, n === 20 ? 1n : amountOf(n))),
    );
    expect(results.map((result) => result.kind)).toEqual(
      results.map((_, n) => (n === 20 ? 'rejected' : 'accepted')),
    );
    const answers = results.flatMap((result) => (result.kind === 'accepted' ? [result.answer] : []));
    expect(answers.map(({ bid }) => bid.amount)).toEqual(
      results.flatMap((_, n) => (n === 20 ? [] : [amountOf(n)])),
    );
    expect(await written(itemId)).toEqual({ transactions: 1, bids: 39 });
  });

  it('on many auctions share a few transactions', async () => {
    const itemIds = await Promise.all(Array.from({ length: 60 }, newAuction));
    const results = await Promise.all(itemIds.map((itemId) => bid(itemId, amountOf(0))));
    expect(new Set(results.map((result) => result.kind))).toEqual(new Set(['accepted']));
    const { transactions, bids } = await written(...itemIds);
    expect(bids).toBe(60);
    expect(transactions).toBeLessThanOrEqual(3);
  });

  it('have their events in the outbox in their auction’s order, without a gap', async () => {
    const [one, two] = [await newAuction(), await newAuction()];
    await Promise.all(Array.from({ length: 20 }, (_, n) => bid(n % 2 ? one : two, amountOf(n))));
    const { rows } = await database.pool.query(
      `SELECT aggregate_id, array_agg(sequence::int ORDER BY id) AS sequences FROM outbox
       WHERE aggregate_id = ANY($1) GROUP BY 1`,
      [[one, two]],
    );
    const sequences = Array.from({ length: 11 }, (_, n) => n + 1);
    expect(rows.map((row) => row.sequences)).toEqual([sequences, sequences]);
  });

  it('are one bid when they have the same key', async () => {
    const itemId = await newAuction();
    const userId = uuidv7();
    const command = { type: 'PlaceBid', userId, amount: amountOf(0), maximum: undefined } as const;
    const results = await Promise.all(
      Array.from({ length: 10 }, () => {
        const own = { ...command, bidId: uuidv7(), answerId: uuidv7() };
        return bid(itemId, 0n, { command: own, key: 'k' });
      }),
    );
    const kinds = results.map((result) => result.kind);
    expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'repeated')).toHaveLength(9);
    expect((await written(itemId)).bids).toBe(1);
  });
});

describe('a bid that makes its batch fail', () => {
  it('fails alone', async () => {
    const [itemId, other] = [await newAuction(), await newAuction()];
    const failure = new Error('a bug');
    const failing = createPostgresAuctions(database.pool, (bids, locked, remembered) => {
      if (bids.some(({ itemId: id, command }) => id === itemId && command.amount === amountOf(1)))
        throw failure;
      return decideBatch(bids, locked, remembered);
    });
    const results = await Promise.allSettled([
      bid(itemId, amountOf(0), {}, failing),
      bid(itemId, amountOf(1), {}, failing),
      bid(itemId, amountOf(2), {}, failing),
      bid(other, amountOf(0), {}, failing),
    ]);
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(results[1]).toMatchObject({ reason: failure });
    expect(await written(itemId, other)).toMatchObject({ bids: 3 });
  });
});

describe('an auction that another transaction has locked', () => {
  it('delays only its own bidders', async () => {
    const [held, free] = [await newAuction(), await newAuction()];
    const holder = await database.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM items WHERE id = $1 FOR NO KEY UPDATE', [held]);
      let decided = false;
      const waiting = Promise.all([bid(held, amountOf(0)), bid(held, amountOf(1))]).finally(() => {
        decided = true;
      });
      // The first one is in the same batch, the others come later.
      for (let n = 0; n < 5; n++) expect((await bid(free, amountOf(n))).kind).toBe('accepted');
      expect(decided).toBe(false);
      await holder.query('COMMIT');
      expect((await waiting).map((result) => result.kind)).toEqual(['accepted', 'accepted']);
    } finally {
      holder.release();
    }
  });

  it('takes no connection from others, however many auctions are locked', async () => {
    const held = await Promise.all(Array.from({ length: 30 }, newAuction));
    const free = await newAuction();
    const holder = await database.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM items WHERE id = ANY($1::uuid[]) FOR NO KEY UPDATE', [held]);
      const waiting = Promise.all(held.map((itemId) => bid(itemId, amountOf(0))));
      for (let n = 0; n < 5; n++) expect((await bid(free, amountOf(n))).kind).toBe('accepted');
      await holder.query('COMMIT');
      expect(new Set((await waiting).map((result) => result.kind))).toEqual(new Set(['accepted']));
    } finally {
      holder.release();
    }
  });

  it('and does not exist is reported to its bidder', async () => {
    const [unknown, known] = await Promise.all([bid(uuidv7(), 1n), bid(await newAuction(), amountOf(0))]);
    expect(unknown).toMatchObject({ kind: 'rejected', rejection: { reason: 'ITEM_NOT_FOUND' } });
    expect(known.kind).toBe('accepted');
  });
});
