import { ItemSort } from '@gavel/proto/gen/bids/v1/bids_pb';
import { describe, expect, it } from 'vitest';
import { pictureOfWidth, storedSizes } from './catalogue.ts';
import {
  activeFilters,
  assumesCurrency,
  isFront,
  isGroupedByCurrency,
  isNarrowed,
  readSearch,
  searchPath,
  searchProblems,
} from './search.ts';

const read = (query: Record<string, string | string[]>) => readSearch(Promise.resolve(query));

describe('the address of a search', () => {
  it('is read in minor units of its currency', async () => {
    const query = {
      q: 'brass',
      category: 'home',
      min: '5',
      max: '1200',
      currency: 'JPY',
      within: '86400',
      sort: 'low',
    };
    expect(await read(query)).toMatchObject({
      query: 'brass',
      category: 'home',
      minPrice: 5n,
      maxPrice: 1200n,
      currency: 'JPY',
      endingWithinSeconds: 86_400,
      sort: ItemSort.PRICE_LOW,
      scheduled: false,
    });
  });

  it('uses dollars for prices without a currency, and no currency without prices', async () => {
    expect(await read({ min: '12.50' })).toMatchObject({ minPrice: 1250n, currency: 'USD' });
    expect(await read({ q: 'x' })).toMatchObject({ minPrice: undefined, currency: '' });
  });

  it('says when it assumes a currency, and assumes none for a price that cannot be read', async () => {
    expect(assumesCurrency(await read({ max: '12' }))).toBe(true);
    expect(assumesCurrency(await read({ max: '12', currency: 'dollars' }))).toBe(true);
    expect(assumesCurrency(await read({ max: '12', currency: 'EUR' }))).toBe(false);
    expect(assumesCurrency(await read({ sort: 'low' }))).toBe(false);
    expect(await read({ min: 'much' })).toMatchObject({ minPrice: undefined, currency: '' });
  });

  it('is grouped by currency when it is sorted by price in all currencies', async () => {
    expect(isGroupedByCurrency(await read({ sort: 'low' }))).toBe(true);
    expect(isGroupedByCurrency(await read({ sort: 'high', category: 'clocks' }))).toBe(true);
    expect(isGroupedByCurrency(await read({ sort: 'low', currency: 'EUR' }))).toBe(false);
    expect(isGroupedByCurrency(await read({ sort: 'bids' }))).toBe(false);
  });

  it('leaves out each value that cannot be read, and says so at its field', async () => {
    const search = await read({
      min: 'much',
      currency: 'dollars',
      within: '5',
      sort: 'constructor',
      q: ['a', 'b'],
    });
    expect(search).toMatchObject({ minPrice: undefined, endingWithinSeconds: 0, query: '', sort: 0 });
    expect(Object.keys(search.problems).sort()).toEqual(['currency', 'min', 'sort', 'within']);
    expect(search.problems.min).toMatch(/^This is not an amount.* left out of the search\.$/);
    const long = await read({ q: 'x'.repeat(201), max: '1.500' });
    expect(Object.keys(long.problems).sort()).toEqual(['max', 'q']);
    expect(
      (await read({ min: '1', max: '2', within: '3600', sort: 'low', currency: 'EUR' })).problems,
    ).toEqual({});
  });

  it('names the fields that bids has refused, and no other', () => {
    expect(searchProblems({ min_price: 'must not be above max_price' })).toEqual({
      min: 'The minimum price cannot be above the maximum price.',
    });
    expect(Object.keys(searchProblems({ sort: 'x', query: 'y', category: 'z' })).sort()).toEqual([
      'category',
      'q',
      'sort',
    ]);
    expect(searchProblems({ page_size: 'x' })).toEqual({});
  });

  it('is kept by links to other pages and categories', async () => {
    const search = await read({ q: 'brass lamp', sort: 'low', nonsense: 'x' });
    expect(searchPath(search, { page_token: 't', category: 'art/old' })).toBe(
      '/?q=brass+lamp&category=art%2Fold&sort=low&page_token=t',
    );
    expect(isNarrowed(search)).toBe(true);
    expect(isNarrowed(await read({ category: 'art', sort: 'low' }))).toBe(false);
  });
});

describe('a picture for a width', () => {
  const stored = (width: number) => `/pictures/${'ab'.repeat(32)}/${width}.webp`;

  it('is the smallest stored size that is wide enough', () => {
    expect(pictureOfWidth(stored(1600), 320)).toBe(stored(320));
    expect(pictureOfWidth(stored(1600), 400)).toBe(stored(800));
    expect(pictureOfWidth(stored(1600), 1600)).toBe(stored(1600));
    expect(pictureOfWidth(stored(500), 800)).toBe(stored(500));
    expect(pictureOfWidth(stored(200), 320)).toBe(stored(200));
  });

  it('is unchanged when it comes from another site', () => {
    expect(pictureOfWidth('https://a.example/1600.webp', 320)).toBe('https://a.example/1600.webp');
    expect(pictureOfWidth('/pictures/vase.svg', 320)).toBe('/pictures/vase.svg');
  });

  it('is offered in each stored size', () => {
    expect(storedSizes(stored(1600))).toBe(`${stored(320)} 320w, ${stored(800)} 800w, ${stored(1600)} 1600w`);
    expect(storedSizes(stored(200))).toBe(`${stored(200)} 200w`);
    expect(storedSizes('/pictures/vase.svg')).toBeUndefined();
  });
});

describe('the filters in use', () => {
  it('are named as they are applied, and a value that cannot be read is none', async () => {
    const search = await read({
      q: 'clock',
      category: 'clocks/watches',
      min: '5',
      max: 'ten',
      within: '3600',
    });
    expect(activeFilters(search).map(({ text }) => text)).toEqual([
      '“clock”',
      'Watches',
      'From $5.00',
      'Ends within 1 hour',
    ]);
  });

  it('are none on the front page, which any field of the address leaves', async () => {
    const front = await read({});
    expect([isFront(front), activeFilters(front)]).toEqual([true, []]);
    for (const field of ['q', 'category', 'min', 'sort', 'scheduled'])
      expect(isFront(await read({ [field]: '1' }))).toBe(false);
  });
});
