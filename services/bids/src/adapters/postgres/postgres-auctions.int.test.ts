import { installMetricReader } from '@gavel/observability/testing/metric-reader';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BidResult } from '../../application/decide-batch.ts';
import type { CreateItem, PlaceBid } from '../../domain/auction/commands.ts';
import { decide } from '../../domain/auction/decide.ts';
import { decideRelisting } from '../../domain/auction/decide-listing.ts';
import { evolveAll, stepsOf } from '../../domain/auction/evolve.ts';
import { bidsProcess } from '../../process.ts';
import { after, createClock, deciding } from '../../testing/auction-scenario.ts';
import { readStoredAuction } from '../../testing/rebuild-auction.ts';
import { createPostgresAuctions } from './postgres-auctions.ts';

// No service is running, so nothing closes these auctions: only the clock can end them.
let database: TestDatabase;
const sellerId = uuidv7();

beforeAll(async () => {
  database = await createTestDatabase(bidsProcess.database.migrations);
});
afterEach(() => void vi.useRealTimers());
afterAll(() => database?.drop());

/** An auction that ends `ms` milliseconds from now by the database's clock. */
async function auctionEndingIn(ms: number, terms: Partial<CreateItem> = {}): Promise<string> {
  const itemId = uuidv7();
  await createPostgresAuctions(database.pool).change(itemId, (auction, now) =>
    stepsOf(
      auction,
      decide(
        auction,
        { ...createClock, ...terms, itemId, sellerId, endAt: new Date(now.getTime() + ms) },
        now,
      ),
    ),
  );
  return itemId;
}

function bid(itemId: string, amount: bigint, fields: Partial<PlaceBid> = {}): Promise<BidResult> {
  const [bidId, answerId, userId] = [uuidv7(), uuidv7(), uuidv7()];
  const plain: PlaceBid = { type: 'PlaceBid', bidId, answerId, userId, amount, maximum: undefined };
  const command = { ...plain, ...fields };
  return createPostgresAuctions(database.pool).placeBid({ itemId, command, key: undefined });
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
  it('a process whose own clock is a day slow rejects a bid after the end', async () => {
    const itemId = await auctionEndingIn(1000);
    await untilOver(itemId);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 86_400_000 });
    expect(await bid(itemId, 100n)).toEqual(ended);
  });

  it('a process whose own clock is a day fast accepts a bid before the end, at the database’s time', async () => {
    const itemId = await auctionEndingIn(60_000);
    const real = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: real + 86_400_000 });
    const result = await bid(itemId, 100n);
    if (result.kind !== 'accepted') throw new Error(result.kind);
    expect(Math.abs(result.answer.bid.createdAt.getTime() - real)).toBeLessThan(10_000);
  });

  it('a bid that waited for the lock until after the end is rejected', async () => {
    const itemId = await auctionEndingIn(1000);
    const holder = await database.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM items WHERE id = $1 FOR UPDATE', [itemId]);
      // Sent before the end; the lock is released after it, with nothing changed.
      const waiting = bid(itemId, 100n);
      await untilOver(itemId);
      await holder.query('ROLLBACK');
      expect(await waiting).toEqual(ended);
    } finally {
      holder.release();
    }
  });
});

describe('closing', () => {
  it('records how late each auction closed, and does not count one that was bought', async () => {
    const [late, bought] = [
      await auctionEndingIn(60_000),
      await auctionEndingIn(60_000, { buyNowPrice: 9_000n }),
    ];
    const reader = installMetricReader();
    const auctions = createPostgresAuctions(database.pool);
    await auctions.change(bought, deciding({ type: 'BuyNow', userId: uuidv7() }));
    await database.pool.query(
      `UPDATE items SET starts_at = clock_timestamp() - interval '2 hours', end_at = clock_timestamp() - interval '1 hour'
       WHERE id = ANY ($1)`,
      [[late, bought]],
    );
    // The earliest end comes first, so these two would be the ones.
    const { changed } = await auctions.closeDue(1, deciding({ type: 'CloseAuction' }));
    const lateness = (await reader.read()).get('gavel.auction.close.lateness');
    await reader.close();
    expect(changed).toBe(1);
    expect((await readStoredAuction(database.pool, late)).auction.outcome).toBe('no_bids');
    expect(lateness).toMatchObject({
      unit: 's',
      points: [{ value: { count: 1, sum: expect.closeTo(3_600, -2) } }],
    });
  });
});

describe('a stored auction', () => {
  it('is the auction that its events produce', async () => {
    const auctions = createPostgresAuctions(database.pool);
    const itemId = await auctionEndingIn(5_000, {
      softCloseSeconds: 10,
      reservePrice: 400n,
      buyNowPrice: 9_000n,
    });
    await auctions.change(
      itemId,
      deciding({ type: 'UpdateItem', userId: sellerId, changes: { images: ['/a', '/b'] } }),
    );
    const [ann, bob] = [uuidv7(), uuidv7()];
    for (const [userId, amount, maximum] of [
      [ann, 150n, undefined],
      [bob, 0n, 300n],
      [bob, 0n, 700n],
      [ann, 500n, undefined],
      [ann, 0n, 650n],
    ] as const) {
      expect((await bid(itemId, amount, { userId, maximum })).kind).toBe('accepted');
    }
    const before = await readStoredAuction(database.pool, itemId);
    expect(after(...before.events)).toEqual(before.auction);
    const types = before.events.map(({ type }) => type);
    // Two bids in the same millisecond move the end once.
    expect(types).toContain('AuctionExtended');
    expect(types.filter((type) => type !== 'AuctionExtended')).toEqual([
      'ItemCreated',
      'ItemUpdated',
      'BidPlaced',
      'BidPlaced',
      'MaximumRaised',
      'ProxyBidPlaced',
      'BidPlaced',
      'ProxyBidPlaced',
      'BidPlaced',
      'ProxyBidPlaced',
    ]);
    const wanted = await auctionEndingIn(60_000, { buyNowPrice: 9_000n });
    await bid(wanted, 150n, { userId: bob, maximum: undefined });
    await auctions.change(wanted, deciding({ type: 'BuyNow', userId: ann }));
    const bought = await readStoredAuction(database.pool, wanted);
    expect(after(...bought.events)).toEqual(bought.auction);
    expect(bought.auction).toMatchObject({ outcome: 'sold', winner: { userId: ann, amount: 9_000n } });
    expect(bought.sequences).toEqual(bought.sequences.map((_, i) => BigInt(i + 1)));
  });

  it('is the auction that its events produce after relisting, too', async () => {
    const auctions = createPostgresAuctions(database.pool);
    const itemId = await auctionEndingIn(60_000, { reservePrice: 400n });
    await auctions.change(itemId, deciding({ type: 'CancelItem', userId: sellerId }));
    const relistedAs = uuidv7();
    const change = await auctions.change(itemId, (auction, now) => {
      const times = { startsAt: undefined, endAt: new Date(now.getTime() + 60_000), hardEndAt: undefined };
      const command = { type: 'RelistItem', userId: sellerId, relistedAs } as const;
      const decision = decideRelisting(auction, command, times, now);
      if (!decision.ok) return decision;
      const { events, successor } = decision;
      return { ok: true, steps: [...evolveAll(auction, events), ...evolveAll(undefined, successor)] };
    });
    expect(change).toMatchObject({ kind: 'accepted', auction: { id: relistedAs, relistedFrom: itemId } });
    for (const id of [itemId, relistedAs]) {
      const stored = await readStoredAuction(database.pool, id);
      expect(after(...stored.events)).toEqual(stored.auction);
    }
  });
});
