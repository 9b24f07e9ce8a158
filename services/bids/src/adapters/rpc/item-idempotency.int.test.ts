import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BidsUnderTest,
  itemFields,
  startBidsUnderTest,
  type Visitor,
} from '../../testing/bids-under-test.ts';
import { pruneAnswers } from '../postgres/remembered-bids.ts';

let bids: BidsUnderTest;
let seller: Visitor;
let other: Visitor;

beforeAll(async () => {
  bids = await startBidsUnderTest();
  [seller, other] = await Promise.all([bids.newUser(), bids.newUser()]);
});
afterAll(() => bids?.stop());

const fields = {
  ...itemFields(),
  description: 'It ticks "loudly".',
  images: ['/pictures/a.webp', 'https://pictures.example/b,c.png'],
  category: 'Home & Garden',
  reservePrice: '12345678901',
  softCloseSeconds: 60,
};

const create = (visitor: Visitor, idempotencyKey: string, more: object = {}) =>
  visitor.call('CreateItem', { ...fields, ...more, idempotencyKey });

/** The number of items and of their events. */
async function stored(visitor: Visitor) {
  const { rows } = await bids.database.pool.query(
    `SELECT (SELECT count(*)::int FROM items WHERE seller_id = $1) AS items,
       (SELECT count(*)::int FROM outbox WHERE aggregate_id IN (SELECT id::text FROM items WHERE seller_id = $1)) AS events`,
    [visitor.userId],
  );
  return rows[0];
}

function age(key: string, interval: string) {
  return bids.database.pool.query(
    'UPDATE item_idempotency_keys SET created_at = created_at - $2::interval WHERE key = $1',
    [key, interval],
  );
}

describe('a repeated CreateItem', () => {
  it('with its idempotency key gets the whole first answer again, whatever has happened since', async () => {
    const mine = await bids.newUser();
    const first = await create(mine, 'again');
    expect(first).toMatchObject({
      status: 200,
      body: { item: { reservePrice: '12345678901', revision: '1' } },
    });
    const { id } = first.body.item;
    expect(await create(mine, 'again')).toEqual(first);
    await mine.call('UpdateItem', { id, title: 'Another clock', clearImages: true });
    await other.call('PlaceBid', { itemId: id, amount: '100' });
    const before = await stored(mine);
    expect(await create(mine, 'again')).toEqual(first);
    await bids.moveEnd(id, 0);
    expect(await create(mine, 'again')).toEqual(first);
    expect([before.items, await stored(mine)]).toEqual([1, before]);
  });

  it('sent twenty times at once is one item with one answer', async () => {
    const mine = await bids.newUser();
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(mine, 'at once')));
    expect(answers[0]?.status).toBe(200);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await stored(mine)).toEqual({ items: 1, events: 1 });
  });

  it('with a duration is the same request, whenever it arrives', async () => {
    const mine = await bids.newUser();
    const lasting = { endAt: '', durationSeconds: 3600 };
    const first = await create(mine, 'lasts', lasting);
    const { createdAt, endAt } = first.body.item;
    expect(Date.parse(endAt) - Date.parse(createdAt)).toBe(3_600_000);
    expect(await create(mine, 'lasts', lasting)).toEqual(first);
    const startsAt = new Date(Date.parse(createdAt) + 60_000).toISOString();
    const later = await create(mine, 'later', { ...lasting, startsAt });
    expect(Date.parse(later.body.item.endAt)).toBe(Date.parse(startsAt) + 3_600_000);
  });

  it('without a key is another item', async () => {
    const mine = await bids.newUser();
    for (const key of ['', '']) await create(mine, key);
    expect(await stored(mine)).toEqual({ items: 2, events: 2 });
  });

  it('after a rejection is decided again, because a rejection is not remembered', async () => {
    const refused = await create(seller, 'refused', { buyNowPrice: '99' });
    expect(refused.error?.reason).toBe('BUY_NOW_BELOW_START');
    expect((await create(seller, 'refused')).status).toBe(200);
  });
});

describe('the idempotency key of an item', () => {
  it.each([
    ['title', { title: 'Watch' }],
    ['description', { description: '' }],
    ['pictures', { images: ['/pictures/a.webp'] }],
    ['category', { category: 'clocks' }],
    ['start price', { startPrice: '101' }],
    ['reserve price', { reservePrice: '12345678902' }],
    ['buy-now price', { buyNowPrice: '99999999999' }],
    ['currency', { currency: 'EUR' }],
    ['start', { startsAt: new Date(Date.now() + 60_000).toISOString() }],
    ['end', { endAt: new Date(Date.now() + 7_200_000).toISOString() }],
    ['duration', { endAt: '', durationSeconds: 3600 }],
    ['soft close', { softCloseSeconds: 61 }],
    ['latest end', { hardEndAt: new Date(Date.now() + 90_000_000).toISOString() }],
  ])('belongs to one request: another %s is IDEMPOTENCY_KEY_REUSED', async (name, change) => {
    const mine = await bids.newUser();
    await create(mine, name);
    expect(await create(mine, name, change)).toMatchObject({
      status: 409,
      error: { reason: 'IDEMPOTENCY_KEY_REUSED' },
    });
    expect(await stored(mine)).toEqual({ items: 1, events: 1 });
  });

  it('belongs to its user, and is valid for 24 hours', async () => {
    const first = await create(seller, 'day');
    expect((await create(other, 'day')).body.item.id).not.toBe(first.body.item.id);
    await age('day', '23 hours 59 minutes');
    expect((await create(seller, 'day')).body.item.id).toBe(first.body.item.id);
    await age('day', '2 minutes');
    const again = await create(seller, 'day');
    expect([again.status, again.body.item.id === first.body.item.id]).toEqual([200, false]);
    await age('day', '25 hours');
    expect(await pruneAnswers(bids.database.pool, 'item_idempotency_keys')).toBe(2);
  });

  it('is refused with a NUL and above 128 characters', async () => {
    for (const key of ['a\u0000', 'x'.repeat(129)])
      expect(await create(seller, key)).toMatchObject({ error: { reason: 'INVALID_FIELD' } });
  });
});

describe('the end of a new item', () => {
  it.each([
    ['neither an end nor a duration', { endAt: '' }, 'end_at'],
    ['both', { durationSeconds: 60 }, 'duration_seconds'],
    ['a duration over 90 days', { endAt: '', durationSeconds: 7_776_001 }, 'duration_seconds'],
  ])('is refused with %s', async (_, change, field) => {
    const { error } = await create(seller, '', change);
    expect(error).toMatchObject({ reason: 'INVALID_FIELD', metadata: { [field]: expect.any(String) } });
  });
});

describe('a repeated RelistItem', () => {
  it('with its idempotency key gets the first answer again, and is one new item', async () => {
    const mine = await bids.newUser();
    const { id } = await bids.createItem(mine);
    await mine.call('CancelItem', { id });
    const relist = (idempotencyKey: string, durationSeconds = 3600) =>
      mine.call('RelistItem', { id, durationSeconds, idempotencyKey });
    const answers = await Promise.all([1, 2, 3].map(() => relist('again')));
    expect(answers[0]).toMatchObject({ status: 200, body: { item: { relistedFrom: id } } });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect((await relist('again', 7200)).error?.reason).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await relist('')).error?.reason).toBe('ALREADY_RELISTED');
    expect((await stored(mine)).items).toBe(2);
  });
});
