import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BidsUnderTest,
  inSeconds,
  itemFields,
  startBidsUnderTest,
  type Visitor,
} from '../../testing/bids-under-test.ts';

let bids: BidsUnderTest;
let seller: Visitor;
let bidder: Visitor;

beforeAll(async () => {
  bids = await startBidsUnderTest();
  [seller, bidder] = await Promise.all([bids.newUser(), bids.newUser()]);
});
afterAll(() => bids?.stop());

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('creating an item', () => {
  it('answers with the item as the contract defines it, and everybody can read the item', async () => {
    const endAt = inSeconds(3600);
    const { status, body } = await seller.call('CreateItem', {
      title: '  Clock ',
      description: 'It ticks.',
      start_price: '12345678901',
      endAt,
      images: ['/pictures/clock.webp', 'https://pictures.example/2.png'],
      category: 'Home & Garden',
    });
    expect(status).toBe(200);
    expect(body.item).toEqual({
      id: expect.stringMatching(UUID_V7),
      title: 'Clock',
      description: 'It ticks.',
      startPrice: '12345678901',
      startsAt: body.item.createdAt,
      endAt,
      hardEndAt: endAt,
      softCloseSeconds: 0,
      createdAt: expect.stringMatching(ISO),
      updatedAt: body.item.createdAt,
      revision: '1',
      images: ['/pictures/clock.webp', 'https://pictures.example/2.png'],
      category: 'home-garden',
      sellerId: seller.userId,
      status: 'ITEM_STATUS_ACTIVE',
      currency: 'USD',
      currencyExponent: 2,
      minimumNextBid: '12345678901',
      bidIncrement: '250000000',
      reserveMet: true,
      reservePrice: '0',
      buyNowPrice: '0',
      relistedFrom: '',
      relistedAs: '',
      myMaximum: '0',
      myHighestBid: '0',
      leading: false,
      watched: false,
      currentHighestBid: '0',
      bidCount: '0',
      outcome: 'ITEM_OUTCOME_UNSPECIFIED',
      winningAmount: '0',
      winnerId: '',
    });
    expect((await bids.anonymous.call('GetItem', { id: body.item.id })).body).toEqual(body);
    expect((await bids.anonymous.call('GetItem', { id: body.item.id.toUpperCase() })).body).toEqual(body);
  });

  it('needs a caller', async () => {
    const answer = await bids.anonymous.call('CreateItem', itemFields());
    expect(answer).toMatchObject({ status: 401, error: { reason: 'UNAUTHENTICATED', domain: 'gavel' } });
  });

  it.each([
    ['an end in the past', { endAt: inSeconds(-1) }, 'END_TOO_SOON', undefined],
    ['an end more than 90 days ahead', { endAt: inSeconds(91 * 86_400) }, 'END_TOO_LATE', undefined],
    ['an end that is not a date', { endAt: 'tomorrow' }, 'INVALID_FIELD', 'end_at'],
    ['an end without a zone', { endAt: '2030-01-01T00:00:00' }, 'INVALID_FIELD', 'end_at'],
    ['an empty title', { title: '   ' }, 'INVALID_FIELD', 'title'],
    ['a title that is too long', { title: 'x'.repeat(201) }, 'INVALID_FIELD', 'title'],
    ['a NUL character', { description: 'a\u0000b' }, 'INVALID_FIELD', 'description'],
    ['an invisible title', { title: '\ufeff' }, 'INVALID_FIELD', 'title'],
    ['a title that turns the direction', { title: '\u202emoc.elpmaxe' }, 'INVALID_FIELD', 'title'],
    ['a start price of 0', { startPrice: '0' }, 'INVALID_FIELD', 'start_price'],
    ['a negative start price', { startPrice: '-5' }, 'INVALID_FIELD', 'start_price'],
    ['an unknown currency', { currency: 'ABC' }, 'UNKNOWN_CURRENCY', undefined],
    ['a malformed currency', { currency: 'usd' }, 'INVALID_FIELD', 'currency'],
    ['a picture that is a script', { images: ['javascript:alert(1)'] }, 'INVALID_FIELD', undefined],
    ['a category without a letter or digit', { category: '!!' }, 'INVALID_FIELD', 'category'],
  ])('refuses %s', async (_, fields, reason, field) => {
    const answer = await seller.call('CreateItem', { ...itemFields(), ...fields });
    expect(answer).toMatchObject({ status: 400, error: { reason } });
    if (field !== undefined) expect(answer.error?.metadata).toHaveProperty(field);
  });

  it('accepts an item as large as the field rules allow, in any script', async () => {
    const title = '時'.repeat(200);
    const description = '🕰'.repeat(10_000);
    const images = Array.from({ length: 12 }, () => `https://pictures.example/${'x'.repeat(2000)}`);
    const item = await bids.createItem(seller, { title, description, images, currency: 'JPY' });
    expect(item).toMatchObject({ title, description, images, currency: 'JPY' });
  });
});

describe('changing an item', () => {
  it('replaces the given fields and keeps the others', async () => {
    const item = await bids.createItem(seller, { images: ['/a.png'], category: 'clocks' });
    const edited = await seller.call('UpdateItem', {
      id: item.id,
      title: ' Old clock ',
      category: 'Antiques',
    });
    expect(edited.body.item).toEqual({
      ...item,
      title: 'Old clock',
      category: 'antiques',
      updatedAt: expect.stringMatching(ISO),
      revision: '2',
    });
    const other = await seller.call('UpdateItem', { id: item.id, images: ['/b.png'], category: '' });
    expect(other.body.item.images).toEqual(['/b.png']);
    expect(other.body.item.category).toBe('');
    const cleared = await seller.call('UpdateItem', { id: item.id, clearImages: true });
    expect(cleared.body.item.images).toEqual([]);
  });

  it('is impossible after the first bid, and so is cancelling', async () => {
    const item = await bids.createItem(seller);
    expect((await bidder.call('PlaceBid', { itemId: item.id, amount: '100' })).status).toBe(200);
    for (const [method, fields] of [
      ['UpdateItem', { title: 'Something else' }],
      ['CancelItem', {}],
    ] as const) {
      const answer = await seller.call(method, { id: item.id, ...fields });
      expect(answer).toMatchObject({ status: 400, error: { reason: 'ITEM_HAS_BIDS' } });
    }
    expect((await seller.call('GetItem', { id: item.id })).body.item.title).toBe('Clock');
  });

  it('is allowed only to its seller', async () => {
    const item = await bids.createItem(seller);
    for (const method of ['UpdateItem', 'CancelItem']) {
      const answer = await bidder.call(method, { id: item.id, title: 'Mine now' });
      expect(answer).toMatchObject({ status: 403, error: { reason: 'NOT_ITEM_OWNER' } });
      expect((await bids.anonymous.call(method, { id: item.id })).status).toBe(401);
    }
  });

  it('is impossible after cancelling, which is possible once', async () => {
    const item = await bids.createItem(seller);
    const cancelled = await seller.call('CancelItem', { id: item.id });
    expect(cancelled.body.item).toMatchObject({ status: 'ITEM_STATUS_CANCELLED' });
    expect(cancelled.body.item.minimumNextBid).toBe('0');
    for (const method of ['UpdateItem', 'CancelItem']) {
      const answer = await seller.call(method, { id: item.id, title: 'x' });
      expect(answer).toMatchObject({ status: 400, error: { reason: 'AUCTION_CANCELLED' } });
    }
  });
});

describe('an unknown item', () => {
  const ids = ['01900000-0000-7000-8000-000000000001', 'nonsense', "'; DROP TABLE items; --", '0', '🕰'];

  it('is ITEM_NOT_FOUND in every method', async () => {
    for (const id of ids) {
      const answers = [
        await bids.anonymous.call('GetItem', { id }),
        await bids.anonymous.call('GetItemBids', { itemId: id }),
        await seller.call('UpdateItem', { id, title: 'x' }),
        await seller.call('CancelItem', { id }),
        await bidder.call('PlaceBid', { itemId: id, amount: '100' }),
        await bidder.call('PlaceBid', { itemId: id, amount: '100', idempotencyKey: 'k' }),
      ];
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 404, error: { reason: 'ITEM_NOT_FOUND' } });
        expect(JSON.stringify(answer.body)).not.toMatch(/select|insert|syntax|uuid|relation/i);
      }
    }
  });
});

describe('an unexpected error', () => {
  it('reaches callers as INTERNAL without any SQL text', async () => {
    await bids.database.pool.query('ALTER TABLE bids RENAME TO hidden');
    try {
      const answer = await bids.anonymous.call('GetItemBids', {
        itemId: '01900000-0000-7000-8000-000000000001',
      });
      expect(answer).toMatchObject({ status: 500, error: { reason: 'INTERNAL' } });
      expect(JSON.stringify(answer.body)).not.toMatch(/relation|bids|select/i);
    } finally {
      await bids.database.pool.query('ALTER TABLE hidden RENAME TO bids');
    }
  });
});
