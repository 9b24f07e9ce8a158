import { fromBinary } from '@bufbuild/protobuf';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import { AuctionClosedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createPostgresAuctions } from '../adapters/postgres/postgres-auctions.ts';
import { type BidsUnderTest, startBidsUnderTest, type Visitor } from '../testing/bids-under-test.ts';
import { readLedger } from '../testing/ledger.ts';
import { closeDueAuctions } from './lifecycle.ts';

let bids: BidsUnderTest;
let seller: Visitor;
let ann: Visitor;
let bob: Visitor;

beforeAll(async () => {
  bids = await startBidsUnderTest();
  [seller, ann, bob] = await Promise.all([bids.newUser(), bids.newUser(), bids.newUser()]);
});
afterAll(() => bids?.stop());

async function closedEvents(itemId: string) {
  const { rows } = await bids.database.pool.query<{ body: Buffer; sequence: bigint }>(
    `SELECT body, sequence FROM outbox WHERE aggregate_id = $1 AND type = 'bids.v1.AuctionClosed'`,
    [itemId],
  );
  return rows.map((row) => ({ ...fromBinary(AuctionClosedSchema, row.body), sequence: row.sequence }));
}

// biome-ignore lint/suspicious/noExplicitAny: JSON as it is on the wire
async function whenClosed(itemId: string): Promise<any> {
  return await vi.waitFor(
    async () => {
      const { item } = (await bids.anonymous.call('GetItem', { id: itemId })).body;
      expect(item.outcome).not.toBe('ITEM_OUTCOME_UNSPECIFIED');
      return item;
    },
    { timeout: 30_000, interval: 50 },
  );
}

describe('an auction at its end', () => {
  it('has a winner within a second, and only the seller and the winner see who it is', async () => {
    const item = await bids.createItem(seller);
    await ann.call('PlaceBid', { itemId: item.id, amount: '100' });
    await bob.call('PlaceBid', { itemId: item.id, amount: '250' });
    expect((await seller.call('GetItem', { id: item.id })).body.item.winnerId).toBe('');
    const end = await bids.moveEnd(item.id, 0.7);
    const shown = await whenClosed(item.id);
    expect(shown).toMatchObject({
      status: 'ITEM_STATUS_ENDED',
      outcome: 'ITEM_OUTCOME_SOLD',
      winningAmount: '250',
      currentHighestBid: '250',
    });
    expect(shown.winnerId).toBe('');
    expect(shown.minimumNextBid).toBe('0');
    expect((await ann.call('GetItem', { id: item.id })).body.item.winnerId).toBe('');
    for (const visitor of [seller, bob])
      expect((await visitor.call('GetItem', { id: item.id })).body.item.winnerId).toBe(bob.userId);

    const [event, ...more] = await closedEvents(item.id);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      itemId: item.id,
      sellerId: seller.userId,
      outcome: ItemOutcome.SOLD,
      winnerId: bob.userId,
      winningAmount: 250n,
      currency: 'USD',
      bidCount: 2n,
      sequence: 4n,
    });
    const lateMs = Date.parse(event?.closedAt ?? '') - end.getTime();
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(1000);
  });

  it('ends without bids too, and leaves the list of running auctions', async () => {
    const item = await bids.createItem(seller, { category: 'unsold' });
    expect((await bids.anonymous.call('ListItems', { category: 'unsold' })).body.items).toHaveLength(1);
    await bids.moveEnd(item.id, 0);
    expect(await whenClosed(item.id)).toMatchObject({ outcome: 'ITEM_OUTCOME_NO_BIDS' });
    expect((await bids.anonymous.call('ListItems', { category: 'unsold' })).body).toMatchObject({
      items: [],
      nextPageToken: '',
    });
    const [event] = await closedEvents(item.id);
    expect(event).toMatchObject({ outcome: ItemOutcome.NO_BIDS, winnerId: '', winningAmount: 0n });
    for (const answer of [
      await ann.call('PlaceBid', { itemId: item.id, amount: '100' }),
      await seller.call('CancelItem', { id: item.id }),
      await seller.call('UpdateItem', { id: item.id, title: 'x' }),
    ])
      expect(answer.error?.reason).toBe('AUCTION_ENDED');
  });

  it('is not closed when it was cancelled', async () => {
    const [item, witness] = [await bids.createItem(seller), await bids.createItem(seller)];
    await seller.call('CancelItem', { id: item.id });
    await bids.moveEnd(item.id, 0);
    await bids.moveEnd(witness.id, 0.1);
    await whenClosed(witness.id);
    const shown = (await bids.anonymous.call('GetItem', { id: item.id })).body.item;
    expect(shown.status).toBe('ITEM_STATUS_CANCELLED');
    expect(await closedEvents(item.id)).toEqual([]);
  });

  it('has the status ENDED by the database’s clock, even before it is closed', async () => {
    const item = await bids.createItem(seller);
    await bids.moveEnd(item.id, 2);
    const holder = await bids.database.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM items WHERE id = $1 FOR UPDATE', [item.id]);
      await vi.waitFor(
        async () => {
          const shown = (await bids.anonymous.call('GetItem', { id: item.id })).body.item;
          expect(shown.status).toBe('ITEM_STATUS_ENDED');
          expect(shown.outcome).toBe('ITEM_OUTCOME_UNSPECIFIED');
        },
        { timeout: 30_000, interval: 50 },
      );
      await holder.query('ROLLBACK');
    } finally {
      holder.release();
    }
    expect((await whenClosed(item.id)).outcome).toBe('ITEM_OUTCOME_NO_BIDS');
  });
});

describe('closing', () => {
  it('closes a thousand due auctions exactly once, with several running instances', async () => {
    const { pool } = bids.database;
    const ids = Array.from({ length: 1000 }, () => uuidv7());
    await pool.query(
      `INSERT INTO items (id, seller_id, title, description, images, category, currency, start_price, starts_at,
         end_at, hard_end_at, status,
         version, bid_count, created_at, updated_at)
       SELECT id, $2, 'Due', '', '{}', 'due', 'USD', 100, clock_timestamp() - interval '1 hour',
         clock_timestamp() - interval '1 second', clock_timestamp(), 'active', 1, 0,
         clock_timestamp(), clock_timestamp() FROM unnest($1::uuid[]) AS id`,
      [ids, seller.userId],
    );
    const auctions = createPostgresAuctions(pool);
    const untilNoneIsDue = async (): Promise<void> => {
      while ((await closeDueAuctions({ auctions })) === 0);
    };
    await Promise.all(Array.from({ length: 4 }, untilNoneIsDue));
    await vi.waitFor(
      async () => {
        const { rows } = await pool.query(
          `SELECT (SELECT count(*) FROM items WHERE category = 'due' AND status = 'ended' AND version = 2) AS closed,
             (SELECT count(*) FROM outbox WHERE type = 'bids.v1.AuctionClosed' AND aggregate_id = ANY ($1)) AS events`,
          [ids],
        );
        expect(rows[0]).toEqual({ closed: 1000n, events: 1000n });
      },
      { timeout: 30_000, interval: 100 },
    );
    const ledger = await readLedger(bids, ids[0] ?? '');
    expect(ledger.sequences).toEqual([2n]);
  });

  it('continues after all database connections were closed, and the service keeps answering', async () => {
    const item = await bids.createItem(seller);
    await bids.moveEnd(item.id, 0.3);
    const { pool } = bids.database;
    for (let i = 0; i < 3; i++) {
      await pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bids' AND datname = current_database()`,
      );
    }
    expect((await whenClosed(item.id)).outcome).toBe('ITEM_OUTCOME_NO_BIDS');
    expect((await ann.call('PlaceBid', { itemId: item.id, amount: '100' })).error?.reason).toBe(
      'AUCTION_ENDED',
    );
    expect((await fetch(`${bids.url}/readyz`)).status).toBe(200);
  });
});
