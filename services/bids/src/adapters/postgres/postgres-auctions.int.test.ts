import { outboxMigrations } from '@gavel/outbox/migrations';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Change } from '../../application/auctions.ts';
import { decide, type RejectionReason } from '../../domain/auction/decide.ts';
import { bidsMigrations } from '../../migrations.ts';
import { createClock } from '../../testing/auction-scenario.ts';
import { createPostgresAuctions } from './postgres-auctions.ts';

// No service runs here, so nothing closes these auctions: only the clock can end them.
let database: TestDatabase;
const sellerId = uuidv7();

beforeAll(async () => {
  database = await createTestDatabase([outboxMigrations, bidsMigrations]);
});
afterEach(() => void vi.useRealTimers());
afterAll(() => database?.drop());

/** An auction that ends so many milliseconds from now by the database's clock. */
async function auctionEndingIn(ms: number): Promise<string> {
  const itemId = uuidv7();
  await createPostgresAuctions(database.pool).change(itemId, (auction, now) =>
    decide(auction, { ...createClock, itemId, sellerId, endAt: new Date(now.getTime() + ms) }, now),
  );
  return itemId;
}

function bid(itemId: string, amount: bigint): Promise<Change<RejectionReason>> {
  const command = { type: 'PlaceBid', bidId: uuidv7(), userId: uuidv7(), amount } as const;
  return createPostgresAuctions(database.pool).change(itemId, (auction, now) =>
    decide(auction, command, now),
  );
}

async function untilOver(itemId: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await database.pool.query(
        'SELECT clock_timestamp() > end_at AS over FROM items WHERE id = $1',
        [itemId],
      );
      expect(rows[0].over).toBe(true);
    },
    { timeout: 30_000, interval: 20 },
  );
}

const ended = { kind: 'rejected', rejection: { reason: 'AUCTION_ENDED' } };

describe('the database’s clock decides the end', () => {
  it('a process whose own clock is a day late refuses a bid after the end', async () => {
    const itemId = await auctionEndingIn(1000);
    await untilOver(itemId);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 86_400_000 });
    expect(await bid(itemId, 100n)).toEqual(ended);
  });

  it('a process whose own clock is a day early takes a bid before the end, at the database’s time', async () => {
    const itemId = await auctionEndingIn(60_000);
    const real = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: real + 86_400_000 });
    const change = await bid(itemId, 100n);
    expect(change.kind).toBe('accepted');
    if (change.kind === 'accepted') expect(Math.abs(change.now.getTime() - real)).toBeLessThan(10_000);
  });

  it('a bid that waited for the lock until after the end is refused', async () => {
    const itemId = await auctionEndingIn(1000);
    const holder = await database.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM items WHERE id = $1 FOR UPDATE', [itemId]);
      // Asked before the end; the lock is given back, with nothing changed, after it.
      const waiting = bid(itemId, 100n);
      await untilOver(itemId);
      await holder.query('ROLLBACK');
      expect(await waiting).toEqual(ended);
    } finally {
      holder.release();
    }
  });
});

describe('what is stored of an auction', () => {
  it('is the auction that replaying its events gives', async () => {
    const auctions = createPostgresAuctions(database.pool);
    const itemId = await auctionEndingIn(60_000);
    await auctions.change(itemId, (auction, now) =>
      decide(auction, { type: 'UpdateItem', userId: sellerId, changes: { images: ['/a', '/b'] } }, now),
    );
    const last = await bid(itemId, 250n);
    const unchanged = await auctions.change(itemId, () => ({ ok: true, events: [] }));
    if (last.kind !== 'accepted' || unchanged.kind !== 'accepted') throw new Error('not accepted');
    expect(unchanged.auction).toEqual(last.auction);
    expect(unchanged.auction).toMatchObject({ version: 3n, bidCount: 1n, listing: { images: ['/a', '/b'] } });
  });
});
