import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BidsUnderTest, startBidsUnderTest, type Visitor } from '../../testing/bids-under-test.ts';
import { readLedger } from '../../testing/ledger.ts';
import { pruneAnswers } from '../postgres/remembered-bids.ts';

let bids: BidsUnderTest;
let seller: Visitor;
let ann: Visitor;
let bob: Visitor;

beforeAll(async () => {
  bids = await startBidsUnderTest();
  [seller, ann, bob] = await Promise.all([bids.newUser(), bids.newUser(), bids.newUser()]);
});
afterAll(() => bids?.stop());

function bid(visitor: Visitor, itemId: string, amount: number, idempotencyKey = '') {
  return visitor.call('PlaceBid', { itemId, amount: String(amount), idempotencyKey });
}

/** Moves a key's answer into the past. */
function age(key: string, interval: string) {
  return bids.database.pool.query(
    'UPDATE bid_idempotency_keys SET created_at = created_at - $2::interval WHERE key = $1',
    [key, interval],
  );
}

describe('a repeated bid', () => {
  it('with its idempotency key gets the first answer again, even after the price has risen', async () => {
    const item = await bids.createItem(seller);
    const first = await bid(ann, item.id, 100, 'moved');
    await bid(bob, item.id, 200);
    const before = await readLedger(bids, item.id);
    expect(await bid(ann, item.id, 100, 'moved')).toEqual(first);
    expect(await readLedger(bids, item.id)).toEqual(before);
  });

  it('with its idempotency key gets the first answer again, even after the auction has ended', async () => {
    const item = await bids.createItem(seller);
    const first = await bid(ann, item.id, 100, 'ended');
    expect(first.status).toBe(200);
    await bids.moveEnd(item.id, 0);
    expect((await bid(ann, item.id, 300)).error?.reason).toBe('AUCTION_ENDED');
    expect(await bid(ann, item.id, 100, 'ended')).toEqual(first);
  });

  it('sent twenty times at once is one bid with one answer', async () => {
    const item = await bids.createItem(seller);
    const answers = await Promise.all(Array.from({ length: 20 }, () => bid(ann, item.id, 100, 'at once')));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect((await readLedger(bids, item.id)).amounts).toEqual([100n]);
  });

  it('without a key is a new bid, and is refused', async () => {
    const item = await bids.createItem(seller);
    await bid(ann, item.id, 100);
    expect((await bid(ann, item.id, 100)).error?.reason).toBe('ALREADY_LEADING');
    await bid(bob, item.id, 125);
    expect((await bid(ann, item.id, 100)).error?.reason).toBe('BID_TOO_LOW');
  });
});

describe('an idempotency key', () => {
  it('belongs to one bid: another amount or item is IDEMPOTENCY_KEY_REUSED', async () => {
    const [item, other] = [await bids.createItem(seller), await bids.createItem(seller)];
    await bid(ann, item.id, 100, 'reused');
    for (const answer of [await bid(ann, item.id, 101, 'reused'), await bid(ann, other.id, 100, 'reused')])
      expect(answer).toMatchObject({ status: 409, error: { reason: 'IDEMPOTENCY_KEY_REUSED' } });
    expect((await readLedger(bids, other.id)).amounts).toEqual([]);
  });

  it('used on two items at once is accepted on one of them', async () => {
    const items = await Promise.all(Array.from({ length: 8 }, () => bids.createItem(seller)));
    const answers = await Promise.all(items.map((item) => bid(ann, item.id, 100, 'two items')));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    expect(answers.filter((answer) => answer.error?.reason === 'IDEMPOTENCY_KEY_REUSED')).toHaveLength(7);
    const ledgers = await Promise.all(items.map((item) => readLedger(bids, item.id)));
    expect(ledgers.flatMap((ledger) => ledger.amounts)).toEqual([100n]);
  });

  it('belongs to its user', async () => {
    const item = await bids.createItem(seller);
    const [first, second] = [await bid(ann, item.id, 100, 'mine'), await bid(bob, item.id, 125, 'mine')];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body.bid.userId).toBe(bob.userId);
  });

  it('is valid for 24 hours, and its row is deleted after that', async () => {
    const item = await bids.createItem(seller);
    const first = await bid(ann, item.id, 100, 'day');
    await age('day', '23 hours 59 minutes');
    expect((await bid(ann, item.id, 100, 'day')).body.bid.id).toBe(first.body.bid.id);
    await age('day', '2 minutes');
    expect((await bid(ann, item.id, 100, 'day')).error?.reason).toBe('ALREADY_LEADING');
    await bid(bob, item.id, 125);
    const again = await bid(ann, item.id, 150, 'day');
    expect(again.body.bid.id).not.toBe(first.body.bid.id);
    await age('day', '25 hours');
    expect(await pruneAnswers(bids.database.pool, 'bid_idempotency_keys')).toBe(1);
    expect(await pruneAnswers(bids.database.pool, 'bid_idempotency_keys')).toBe(0);
  });

  it('may be any text of up to 128 characters without NUL', async () => {
    const item = await bids.createItem(seller);
    expect((await bid(ann, item.id, 100, '🔑 Ключ '.repeat(18))).status).toBe(200);
    expect(await bid(ann, item.id, 125, 'a\u0000')).toMatchObject({ error: { reason: 'INVALID_FIELD' } });
    expect(await bid(ann, item.id, 125, 'x'.repeat(129))).toMatchObject({
      error: { reason: 'INVALID_FIELD' },
    });
  });
});
