import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type BidsUnderTest, startBidsUnderTest, type Visitor } from '../../testing/bids-under-test.ts';
import { readLedger } from '../../testing/ledger.ts';

const AWHILE = { timeout: 15_000, interval: 20 };

let bids: BidsUnderTest;
let seller: Visitor;
let ann: Visitor;
let bob: Visitor;

beforeAll(async () => {
  bids = await startBidsUnderTest();
  [seller, ann, bob] = await Promise.all([bids.newUser(), bids.newUser(), bids.newUser()]);
});
afterAll(() => bids?.stop());

function bid(visitor: Visitor, itemId: string, amount: bigint | number, fields: object = {}) {
  return visitor.call('PlaceBid', { itemId, amount: String(amount), ...fields });
}

describe('placing a bid', () => {
  it('answers with the bid, raises the price and appends one event', async () => {
    const item = await bids.createItem(seller, { currency: 'EUR' });
    const { status, body } = await bid(ann, item.id, 150);
    expect(status).toBe(200);
    expect(body).toEqual({
      bid: {
        id: expect.any(String),
        itemId: item.id,
        userId: ann.userId,
        amount: '150',
        createdAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
        bidder: expect.stringMatching(/^[A-Z2-7]{6}$/),
        automatic: false,
      },
      leading: true,
      currentHighestBid: '150',
      minimumNextBid: '175',
      endAt: item.endAt,
      reserveMet: true,
    });
    const shown = (await bids.anonymous.call('GetItem', { id: item.id })).body.item;
    expect(shown).toMatchObject({ currentHighestBid: '150', minimumNextBid: '175', bidCount: '1' });
    expect((await readLedger(bids, item.id)).types).toEqual(['bids.v1.ItemCreated', 'bids.v1.BidPlaced']);
  });

  it('below the start price is BID_TOO_LOW, with the smallest accepted amount', async () => {
    const item = await bids.createItem(seller, { startPrice: '5000', currency: 'JPY' });
    const answer = await bid(ann, item.id, 4999);
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'failed_precondition' },
      error: { reason: 'BID_TOO_LOW', metadata: { minimum_next_bid: '5000', currency: 'JPY' } },
    });
    expect((await bid(ann, item.id, 5000)).status).toBe(200);
  });

  it('on a cancelled item is rejected', async () => {
    const item = await bids.createItem(seller);
    await seller.call('CancelItem', { id: item.id });
    expect(await bid(ann, item.id, 100)).toMatchObject({
      status: 400,
      error: { reason: 'AUCTION_CANCELLED' },
    });
  });

  it('is forbidden for the seller, and for callers without a token', async () => {
    const item = await bids.createItem(seller);
    expect(await bid(seller, item.id, 100)).toMatchObject({
      status: 403,
      error: { reason: 'SELLER_MAY_NOT_BID' },
    });
    expect(await bid(bids.anonymous, item.id, 100)).toMatchObject({ status: 401 });
  });

  it('that is rejected changes nothing', async () => {
    const item = await bids.createItem(seller);
    await bid(ann, item.id, 200);
    const before = await readLedger(bids, item.id);
    for (const [visitor, amount] of [
      [bob, 200],
      [ann, 200],
      [bob, 1],
      [seller, 900],
    ] as const)
      expect((await bid(visitor, item.id, amount, { idempotencyKey: 'rejected' })).status).not.toBe(200);
    expect(await readLedger(bids, item.id)).toEqual(before);
    // A rejected bid does not use up its key: a higher bid may use the same key.
    expect((await bid(bob, item.id, 225, { idempotencyKey: 'rejected' })).status).toBe(200);
  });

  it.each(['0', '-1', '1000000000001', '9223372036854775808', '1.5', 'many'])(
    'refuses the amount %s',
    async (amount) => {
      const item = await bids.createItem(seller);
      expect((await ann.call('PlaceBid', { itemId: item.id, amount })).status).toBe(400);
    },
  );

  it('is possible at every price from 1.00 to 100.00', async () => {
    // Each item takes every hundredth price in ascending order: the increment below 100.00. Ten items at a time share commits.
    const taken: bigint[] = [];
    const bidEveryHundredth = async (first: number): Promise<void> => {
      const item = await bids.createItem(seller);
      for (let cents = first; cents <= 10_000; cents += 100) {
        const { status } = await bid(cents % 200 < 100 ? ann : bob, item.id, cents);
        if (status !== 200) throw new Error(`${cents} cents answered ${status}`);
      }
      taken.push(...(await readLedger(bids, item.id)).amounts);
    };
    for (let first = 100; first < 200; first += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, i) => bidEveryHundredth(first + i)));
    }
    taken.sort((a, b) => Number(a - b));
    expect(taken).toEqual(Array.from({ length: 9_901 }, (_, i) => BigInt(i + 100)));
  }, 180_000);
});

describe('while the database is unavailable', () => {
  it('a bid is answered with UNAVAILABLE, and a bid after the restart succeeds', async () => {
    const item = await bids.createItem(seller);
    const holder = await bids.database.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM items WHERE id = $1 FOR UPDATE', [item.id]);
      const waiting = bid(ann, item.id, 100);
      await vi.waitFor(async () => {
        const { rowCount } = await bids.database.pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'bids' AND wait_event_type = 'Lock'`,
        );
        expect(rowCount).toBe(1);
      }, AWHILE);
      expect(await waiting).toMatchObject({
        status: 503,
        error: { reason: 'UNAVAILABLE', metadata: {} },
        body: { message: expect.stringContaining('nothing was changed') },
      });
      await holder.query('ROLLBACK');
    } finally {
      holder.release();
    }
    expect((await bid(ann, item.id, 100)).status).toBe(200);
  });

  it('a bid whose COMMIT fails is answered with an unknown outcome, and a repeat with its key gets the result', async () => {
    const item = await bids.createItem(seller);
    const { pool } = bids.database;
    await pool.query(`
      CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(20); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON bids DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION linger()`);
    const request = { itemId: item.id, amount: '100', idempotencyKey: 'cut off' };
    const cut = ann.call('PlaceBid', request);
    await vi.waitFor(async () => {
      const { rowCount } = await pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query = 'COMMIT' AND wait_event = 'PgSleep'`,
      );
      expect(rowCount).toBe(1);
    }, AWHILE);
    const answer = await cut;
    expect(answer).toMatchObject({
      status: 503,
      error: { reason: 'UNAVAILABLE', metadata: { outcome: 'unknown' } },
    });
    expect(answer.body.message).toMatch(/not known whether this request took effect.*idempotency key/);
    await pool.query('DROP TRIGGER linger ON bids');
    const repeated = await ann.call('PlaceBid', request);
    expect(repeated.status).toBe(200);
    expect((await ann.call('PlaceBid', request)).body.bid.id).toBe(repeated.body.bid.id);
    expect((await readLedger(bids, item.id)).amounts).toEqual([100n]);
  });
});

describe('behind a frozen lock holder', () => {
  it('a bid waits for a few seconds only, so that other auctions keep their connections', async () => {
    const [frozen, other] = [await bids.createItem(seller), await bids.createItem(seller)];
    const holder = await bids.database.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM items WHERE id = $1 FOR UPDATE', [frozen.id]);
      // One for each connection.
      const stuck = Array.from({ length: 10 }, (_, i) => bid(ann, frozen.id, 100 + i));
      expect((await bid(bob, other.id, 100)).status).toBe(200);
      for (const answer of await Promise.all(stuck)) {
        expect(answer).toMatchObject({ status: 503, error: { reason: 'UNAVAILABLE' } });
      }
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
    expect((await readLedger(bids, frozen.id)).amounts).toEqual([]);
  });
});
