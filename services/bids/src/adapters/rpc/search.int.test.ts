import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BidsUnderTest,
  findTitles,
  inSeconds,
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

/** The titles that a query finds, in order. */
const find = (query: object): Promise<string[]> => findTitles(bids.anonymous, query);

async function make(title: string, fields: object = {}): Promise<string> {
  return (await bids.createItem(seller, { title, description: '', ...fields })).id;
}

async function bid(itemId: string | undefined, amount: number, by = bidder): Promise<void> {
  expect((await by.call('PlaceBid', { itemId, amount: String(amount) })).status).toBe(200);
}

describe('search', () => {
  const words = { category: 'words' };
  beforeAll(async () => {
    await make('Longcase clock', { ...words, description: 'From Lisbon.' });
    await make('Clocks, a box of them', words);
    await make('Kettle', { ...words, description: 'Sings like a clock would not. Clockwork inside.' });
    await make('The Who: Tommy', { ...words, description: 'Long player' });
    await make('Часы настенные', { category: 'words/wall-clocks' });
    await make('Uhr', { ...words, description: 'eine alte Uhr aus dem Schwarzwald' });
  });

  it.each([
    [
      'a word of a title, in any form, before one of a description',
      'clock',
      ['Longcase clock', 'Clocks, a box of them', 'Часы настенные', 'Kettle'],
    ],
    [
      'the very word before its other forms',
      'CLOCKS',
      ['Clocks, a box of them', 'Longcase clock', 'Часы настенные', 'Kettle'],
    ],
    ['all words', 'clock lisbon', ['Longcase clock']],
    ['a phrase', '"long player"', ['The Who: Tommy']],
    ['nothing for a phrase in another order', '"player long"', []],
    ['nothing for a phrase that spans title and description', '"tommy long"', []],
    ['one word or another', 'tommy or lisbon', ['Longcase clock', 'The Who: Tommy']],
    ['items without an excluded word', 'clock -lisbon -kettle', ['Clocks, a box of them', 'Часы настенные']],
    ['stop words, when there are no other words', 'the who', ['The Who: Tommy']],
    ['items without their stop words otherwise', 'the clock from lisbon', ['Longcase clock']],
    ['words of other languages', 'часы', ['Часы настенные']],
    ['words of a category', 'wall', ['Часы настенные']],
    ['nothing without a word', '!?', []],
    ['nothing for the syntax of SQL and tsquery', "' & !x:* | \\ (", []],
  ])('finds %s', async (_, query, titles) => {
    const found = await find({ query, category: 'words' });
    // The order of equal ranks does not matter.
    if (query.includes(' or ') || query.includes(' -')) found.sort();
    expect(found).toEqual(titles);
  });

  it('finds an edit at once, and no item that is over', async () => {
    const id = await make('Sundial', words);
    expect(await find({ query: 'sundials' })).toEqual(['Sundial']);
    await seller.call('UpdateItem', { id, title: 'Moondial' });
    expect(await find({ query: 'sundial' })).toEqual([]);
    expect(await find({ query: 'moondial' })).toEqual(['Moondial']);
    await seller.call('CancelItem', { id });
    expect(await find({ query: 'moondial' })).toEqual([]);
    const { rows } = await bids.database.pool.query(
      'SELECT FROM item_documents WHERE item_id = $1 UNION ALL SELECT FROM item_standings WHERE item_id = $1',
      [id],
    );
    expect(rows).toEqual([]);
  });

  it('supports every order', async () => {
    const found = await find({ query: 'clock', category: 'words', sort: 'ITEM_SORT_NEWEST' });
    expect(found).toEqual(['Часы настенные', 'Kettle', 'Clocks, a box of them', 'Longcase clock']);
  });
});

describe('prices, ends and orders', () => {
  const ids = new Map<string, string>();
  const inStock = { category: 'stock' };
  beforeAll(async () => {
    const at = (endAt: string, startPrice: string, currency = 'USD') => ({
      ...inStock,
      endAt,
      startPrice,
      currency,
    });
    ids.set('cheap', await make('cheap', at(inSeconds(900), '100')));
    ids.set('dear', await make('dear', at(inSeconds(500), '90000')));
    ids.set('middle', await make('middle', at(inSeconds(700), '5000')));
    ids.set('same', await make('same', at(inSeconds(800), '5000')));
    ids.set('yen', await make('yen', at(inSeconds(600), '5000', 'JPY')));
    await bid(ids.get('cheap'), 6000);
    await bid(ids.get('cheap'), 7000, await bids.newUser());
    await bid(ids.get('yen'), 9000);
  });

  it.each([
    ['ITEM_SORT_ENDING_SOON', ['dear', 'yen', 'middle', 'same', 'cheap']],
    ['ITEM_SORT_NEWEST', ['yen', 'same', 'middle', 'dear', 'cheap']],
    ['ITEM_SORT_PRICE_LOW', ['yen', 'middle', 'same', 'cheap', 'dear']],
    ['ITEM_SORT_PRICE_HIGH', ['dear', 'cheap', 'same', 'middle', 'yen']],
    ['ITEM_SORT_MOST_BIDS', ['cheap', 'yen', 'same', 'middle', 'dear']],
  ])('%s', async (sort, titles) => {
    expect(await find({ ...inStock, sort })).toEqual(titles);
    expect(await find({ ...inStock, sort, pageSize: 1 })).toEqual(titles);
  });

  it('price bounds are inclusive, and compare the next bid in one currency', async () => {
    const cheap = (await bids.anonymous.call('GetItem', { id: ids.get('cheap') })).body.item;
    const next = cheap.minimumNextBid;
    expect(await find({ ...inStock, minPrice: next, maxPrice: next })).toEqual(['cheap']);
    expect(await find({ ...inStock, minPrice: '5000', maxPrice: '5000' })).toEqual(['middle', 'same']);
    expect(await find({ ...inStock, minPrice: '5001' })).toEqual(['dear', 'cheap']);
    expect(await find({ ...inStock, maxPrice: '20000', sort: 'ITEM_SORT_PRICE_HIGH' })).toEqual([
      'cheap',
      'same',
      'middle',
    ]);
    expect(await find({ ...inStock, minPrice: '1', currency: 'JPY' })).toEqual(['yen']);
    expect(await find({ ...inStock, currency: 'JPY' })).toEqual(['yen']);
    expect(await find({ ...inStock, currency: 'EUR' })).toEqual([]);
  });

  it('a list sorted by price contains every currency, one after the other', async () => {
    const mixed = { category: 'mixed' };
    for (const [currency, startPrice] of [
      ['USD', '500'],
      ['EUR', '900'],
      ['USD', '100'],
      ['EUR', '300'],
      ['KWD', '200'],
    ] as const)
      await make(`${currency} ${startPrice}`, { ...mixed, currency, startPrice });
    const low = ['EUR 300', 'EUR 900', 'KWD 200', 'USD 100', 'USD 500'];
    for (const pageSize of [1, 2, 3, 10]) {
      expect(await find({ ...mixed, sort: 'ITEM_SORT_PRICE_LOW', pageSize })).toEqual(low);
      expect(await find({ ...mixed, sort: 'ITEM_SORT_PRICE_HIGH', pageSize })).toEqual(low.toReversed());
    }
  });

  it.each([
    [{ sort: 'ITEM_SORT_PRICE_LOW' }, ''],
    [{ minPrice: '1' }, 'USD'],
    [{ maxPrice: '1' }, 'USD'],
    [{ maxPrice: '1', currency: 'JPY' }, 'JPY'],
    [{ currency: 'EUR' }, 'EUR'],
    [{}, ''],
  ])('the answer to %o names the only currency of the list: "%s"', async (query, currency) => {
    const { body } = await bids.anonymous.call('ListItems', query);
    expect(body.currency ?? '').toBe(currency);
  });

  it('an end filter leaves out items that end later', async () => {
    expect(await find({ ...inStock, endingWithinSeconds: 550 })).toEqual(['dear']);
    expect(await find({ ...inStock, endingWithinSeconds: 2_147_483_647 })).toHaveLength(5);
  });

  it('an item whose price rises between two pages is not shown twice', async () => {
    const rising = { category: 'rising', sort: 'ITEM_SORT_PRICE_LOW', pageSize: 2 };
    const first = await make('first', { category: 'rising', startPrice: '100' });
    await make('second', { category: 'rising', startPrice: '200' });
    const third = await make('third', { category: 'rising', startPrice: '300' });
    await make('fourth', { category: 'rising', startPrice: '400' });
    const page = (await bids.anonymous.call('ListItems', rising)).body;
    expect(page.items.map((item: { title: string }) => item.title)).toEqual(['first', 'second']);
    await bid(first, 35_000);
    await bid(third, 36_000);
    await make('new', { category: 'rising', startPrice: '250' });
    const rest = await bids.anonymous.call('ListItems', {
      ...rising,
      pageSize: 10,
      pageToken: page.nextPageToken,
    });
    expect(rest.body.items.map((item: { title: string }) => item.title)).toEqual(['new', 'fourth', 'third']);
  });

  it.each([
    ['a lower bound above the upper one', { minPrice: '2', maxPrice: '1' }, 'min_price'],
    ['relevance without a query', { sort: 'ITEM_SORT_RELEVANCE' }, 'sort'],
    ['relevance with a blank query', { sort: 'ITEM_SORT_RELEVANCE', query: '  ' }, 'sort'],
    ['an unknown currency', { currency: 'QQQ' }, 'currency'],
    ['a category without a letter or digit', { category: '///' }, 'category'],
    ['NUL in the query', { query: 'a\u0000b' }, 'query'],
    ['an unknown order', { sort: 99 }, 'sort'],
    ['a negative bound', { maxPrice: '-1' }, 'max_price'],
  ])('%s is INVALID_FIELD', async (_, query, field) => {
    const answer = await bids.anonymous.call('ListItems', query);
    expect(answer).toMatchObject({ status: 400, error: { reason: 'INVALID_FIELD' } });
    expect(answer.error?.metadata).toHaveProperty(field);
  });

  it('a token is rejected when anything but the page size differs', async () => {
    const query = {
      ...inStock,
      pageSize: 1,
      sort: 'ITEM_SORT_PRICE_LOW',
      minPrice: '1',
      query: 'middle or cheap',
    };
    const { nextPageToken: pageToken } = (await bids.anonymous.call('ListItems', query)).body;
    expect(pageToken).not.toBe('');
    expect((await bids.anonymous.call('ListItems', { ...query, pageToken, pageSize: 5 })).status).toBe(200);
    const others = [
      { sort: 'ITEM_SORT_PRICE_HIGH' },
      { minPrice: '2' },
      { maxPrice: '900000' },
      { query: 'middle' },
      { currency: 'EUR' },
      { endingWithinSeconds: 10_000 },
      { scheduled: true },
      { category: 'stock/x' },
    ];
    for (const other of others) {
      const answer = await bids.anonymous.call('ListItems', { ...query, ...other, pageToken });
      expect(answer, JSON.stringify(other)).toMatchObject({ error: { reason: 'INVALID_PAGE_TOKEN' } });
    }
  });
});
