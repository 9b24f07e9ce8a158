import { encodePageToken } from '@gavel/service-runtime/page';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BidsUnderTest,
  inSeconds,
  startBidsUnderTest,
  type Visitor,
} from '../../testing/bids-under-test.ts';

let bids: BidsUnderTest;
let seller: Visitor;
let bidder: Visitor;
// In the order of their ends, which differs from the order of their creation.
let clocks: string[];
let books: string[];

beforeAll(async () => {
  bids = await startBidsUnderTest();
  [seller, bidder] = await Promise.all([bids.newUser(), bids.newUser()]);
  const make = async (category: string, seconds: number): Promise<string> =>
    (await bids.createItem(seller, { category, endAt: inSeconds(seconds) })).id;
  const ends = [500, 300, 700, 400, 600];
  const made = new Map<number, string>();
  for (const end of ends) made.set(end, await make('clocks', end));
  clocks = ends.toSorted().map((end) => made.get(end) ?? '');
  // Two items end in the same millisecond, so their ids decide the order.
  const endAt = inSeconds(450);
  books = [
    (await bids.createItem(seller, { category: 'books', endAt })).id,
    (await bids.createItem(seller, { category: 'books', endAt })).id,
  ].toSorted();
});
afterAll(() => bids?.stop());

/** All pages of a list, read by their tokens. */
async function pages(
  visitor: Visitor,
  method: string,
  query: object,
  list: 'items' | 'bids',
): Promise<string[][]> {
  const found: string[][] = [];
  let pageToken = '';
  do {
    const { status, body } = await visitor.call(method, { ...query, pageToken });
    expect(status).toBe(200);
    found.push((body[list] ?? []).map((entry: { id: string }) => entry.id));
    pageToken = body.nextPageToken ?? '';
  } while (pageToken !== '');
  return found;
}

describe('lists with page tokens, categories and page sizes', () => {
  it('ListItems returns every running auction once, soonest end first, in pages of the requested size', async () => {
    const all = [clocks[0], clocks[1], ...books, clocks[2], clocks[3], clocks[4]];
    for (const pageSize of [1, 2, 3, 7, 8]) {
      const found = await pages(bids.anonymous, 'ListItems', { pageSize }, 'items');
      expect(found.flat()).toEqual(all);
      expect(found.slice(0, -1).every((page) => page.length === pageSize)).toBe(true);
    }
  });

  it('a category selects only its items, in any spelling', async () => {
    expect(await pages(bids.anonymous, 'ListItems', { category: 'clocks', pageSize: 2 }, 'items')).toEqual([
      clocks.slice(0, 2),
      clocks.slice(2, 4),
      clocks.slice(4),
    ]);
    expect(await pages(bids.anonymous, 'ListItems', { category: ' Books' }, 'items')).toEqual([books]);
    expect(await pages(bids.anonymous, 'ListItems', { category: 'nothing' }, 'items')).toEqual([[]]);
  });

  it('a page has 20 rows by default, and at most 100', async () => {
    const many = await bids.newUser();
    await Promise.all(Array.from({ length: 105 }, () => bids.createItem(many)));
    const sizes = async (query: object) =>
      (await pages(many, 'ListSellerItems', query, 'items')).map((page) => page.length);
    expect(await sizes({})).toEqual([20, 20, 20, 20, 20, 5]);
    expect(await sizes({ pageSize: 1000 })).toEqual([100, 5]);
    const public100 = (await bids.anonymous.call('ListItems', { pageSize: 1000 })).body;
    expect(public100.items).toHaveLength(100);
    expect(public100.nextPageToken).not.toBe('');
    expect(await many.call('ListItems', { pageSize: -1 })).toMatchObject({
      status: 400,
      error: { reason: 'INVALID_FIELD' },
    });
  });

  it('ListSellerItems returns the caller’s own items, newest first, including cancelled ones', async () => {
    const owner = await bids.newUser();
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.unshift((await bids.createItem(owner)).id);
    await owner.call('CancelItem', { id: made[2] });
    const found = await pages(owner, 'ListSellerItems', { pageSize: 2 }, 'items');
    expect(found.flat()).toEqual(made);
    expect((await bids.anonymous.call('ListSellerItems')).status).toBe(401);
  });

  it('GetItemBids returns every bid once, newest first, also while new bids arrive', async () => {
    const item = await bids.createItem(seller, { category: 'bids' });
    const placed: string[] = [];
    const two = [bidder, await bids.newUser()];
    for (let amount = 100; amount < 275; amount += 25) {
      const answer = await two[placed.length % 2]?.call('PlaceBid', {
        itemId: item.id,
        amount: String(amount),
      });
      placed.unshift(answer?.body.bid.id);
    }
    expect(
      (await pages(bids.anonymous, 'GetItemBids', { itemId: item.id, pageSize: 3 }, 'bids')).flat(),
    ).toEqual(placed);
    const first = await bids.anonymous.call('GetItemBids', { itemId: item.id, pageSize: 3 });
    expect(await two[1]?.call('PlaceBid', { itemId: item.id, amount: '500' })).toMatchObject({ status: 200 });
    const second = await bids.anonymous.call('GetItemBids', {
      itemId: item.id,
      pageSize: 4,
      pageToken: first.body.nextPageToken,
    });
    expect(second.body.bids.map((bid: { id: string }) => bid.id)).toEqual(placed.slice(3));
    expect(second.body.nextPageToken).toBe('');
    const empty = await bids.createItem(seller, { category: 'bids' });
    expect((await bids.anonymous.call('GetItemBids', { itemId: empty.id })).body).toEqual({
      bids: [],
      nextPageToken: '',
    });
  });

  it('a token that is malformed or from another query is INVALID_PAGE_TOKEN', async () => {
    const { body } = await bids.anonymous.call('ListItems', { category: 'clocks', pageSize: 1 });
    const token = body.nextPageToken;
    const itemId = clocks[0];
    const query = ['ListItems', 'false', '', '', '', '', '', '', 'endingSoon'];
    const forged = (...position: string[]) => encodePageToken(query, [...position, inSeconds(0)]);
    const good = await bids.anonymous.call('ListItems', { pageToken: forged(inSeconds(1), itemId ?? '') });
    expect(good.status).toBe(200);
    const answers = [
      await bids.anonymous.call('ListItems', { category: 'books', pageToken: token }),
      await bids.anonymous.call('ListItems', { pageToken: token }),
      await seller.call('ListSellerItems', { pageToken: token }),
      await bids.anonymous.call('GetItemBids', { itemId, pageToken: token }),
      await bids.anonymous.call('ListItems', { category: 'clocks', pageToken: `${token}x` }),
      await bids.anonymous.call('ListItems', { pageToken: 'garbage' }),
      await bids.anonymous.call('ListItems', { pageToken: forged('never', clocks[0] ?? '') }),
      await bids.anonymous.call('ListItems', { pageToken: forged(inSeconds(1), "' OR true --") }),
      await bids.anonymous.call('ListItems', {
        pageToken: forged('+275760-09-13T00:00:00.000Z', clocks[0] ?? ''),
      }),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 400, error: { reason: 'INVALID_PAGE_TOKEN' } });
  });
});
