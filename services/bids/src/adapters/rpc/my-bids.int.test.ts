import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type BidsUnderTest,
  inSeconds,
  startBidsUnderTest,
  type Visitor,
} from '../../testing/bids-under-test.ts';

let bids: BidsUnderTest;
let seller: Visitor;
let rival: Visitor;

beforeAll(async () => {
  bids = await startBidsUnderTest();
  [seller, rival] = await Promise.all([bids.newUser(), bids.newUser()]);
});
afterAll(() => bids?.stop());

async function make(title: string, fields: object = {}): Promise<string> {
  return (await bids.createItem(seller, { title, ...fields })).id;
}

async function bid(bidder: Visitor, itemId: string, amount: number, maxAmount?: number): Promise<void> {
  const body = { itemId, amount: String(amount), ...(maxAmount && { maxAmount: String(maxAmount) }) };
  const answer = await bidder.call('PlaceBid', body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}

interface Mine {
  item: { id: string; title: string; winnerId: string; watched: boolean };
  state: string;
  highestAmount: string;
  lastBidAt: string;
}

async function mine(bidder: Visitor, query: object = {}): Promise<Mine[]> {
  const found: Mine[] = [];
  let pageToken = '';
  do {
    const answer = await bidder.call('ListMyBids', { ...query, pageToken });
    expect(answer.status).toBe(200);
    found.push(...answer.body.bids);
    pageToken = answer.body.nextPageToken;
  } while (pageToken !== '');
  return found;
}

const standing = (found: Mine[]) =>
  found.map(({ item, state, highestAmount }) => [item.title, state, highestAmount]);

/** Ends a running auction by moving its end to now. */
async function end(...itemIds: string[]): Promise<void> {
  await bids.database.pool.query(
    `UPDATE items SET end_at = now(), hard_end_at = now(), starts_at = now() - interval '1 minute'
     WHERE id = ANY ($1::uuid[])`,
    [itemIds],
  );
}

async function closed(itemId: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { body } = await bids.anonymous.call('GetItem', { id: itemId });
      expect(body.item.outcome).not.toBe('ITEM_OUTCOME_UNSPECIFIED');
    },
    { timeout: 30_000 },
  );
}

describe('my bids', () => {
  it('contain each auction once, latest bid first, with the caller’s standing', async () => {
    const bidder = await bids.newUser();
    const names = ['winning', 'outbid', 'won', 'lost', 'answered', 'unmet'];
    const ids = new Map<string, string>();
    for (const name of names)
      ids.set(name, await make(name, name === 'unmet' ? { reservePrice: '90000' } : {}));
    const id = (name: string) => ids.get(name) ?? '';
    for (const name of names)
      await bid(bidder, id(name), name === 'answered' ? 0 : 200, name === 'answered' ? 5000 : undefined);
    await bid(rival, id('outbid'), 300);
    await bid(rival, id('lost'), 300);
    await bid(rival, id('winning'), 300);
    await bid(bidder, id('winning'), 400);
    // An automatic bid for the bidder's maximum counts as their bid, but not as a time at which they bid.
    await bid(rival, id('answered'), 1000);
    await end(id('won'), id('lost'), id('unmet'));
    const running = [
      ['winning', 'BID_STATE_WINNING', '400'],
      ['answered', 'BID_STATE_WINNING', '1050'],
      ['outbid', 'BID_STATE_OUTBID', '200'],
    ];
    const over = [
      ['unmet', 'BID_STATE_LOST', '200'],
      ['lost', 'BID_STATE_LOST', '200'],
      ['won', 'BID_STATE_WON', '200'],
    ];
    const expected = [running[0], over[0], running[1], over[1], over[2], running[2]];
    // Before and after the closing.
    expect(standing(await mine(bidder))).toEqual(expected);
    for (const name of ['won', 'lost', 'unmet']) await closed(id(name));
    for (const pageSize of [1, 4, 20]) expect(standing(await mine(bidder, { pageSize }))).toEqual(expected);
    const in_ = async (state: string) => standing(await mine(bidder, { pageSize: 1, state }));
    expect(await in_('BID_STATE_WINNING')).toEqual(running.slice(0, 2));
    expect(await in_('BID_STATE_OUTBID')).toEqual(running.slice(2));
    expect(await in_('BID_STATE_WON')).toEqual(over.slice(2));
    expect(await in_('BID_STATE_LOST')).toEqual(over.slice(0, 2));
    const won = (await mine(bidder, { state: 'BID_STATE_WON' }))[0];
    expect(won?.item.winnerId).toBe(bidder.userId);
  });

  it('contain purchases, with or without a bid', async () => {
    const buyer = await bids.newUser();
    const [bought, both] = [
      await make('bought', { buyNowPrice: '700' }),
      await make('both', { buyNowPrice: '800' }),
    ];
    await bid(buyer, both, 100);
    for (const itemId of [both, bought]) expect((await buyer.call('BuyNow', { itemId })).status).toBe(200);
    const found = await mine(buyer, { state: 'BID_STATE_WON' });
    expect(standing(found)).toEqual([
      ['bought', 'BID_STATE_WON', '700'],
      ['both', 'BID_STATE_WON', '100'],
    ]);
  });

  it('an item shows the caller their own highest bid, and nobody else', async () => {
    const bidder = await bids.newUser();
    const [itemId, untouched] = [await make('own bid'), await make('no own bid')];
    await bid(bidder, itemId, 0, 500);
    await bid(rival, itemId, 300);
    await bid(rival, itemId, 900);
    const ownBid = async (visitor: Visitor, id = itemId) =>
      (await visitor.call('GetItem', { id })).body.item.myHighestBid;
    // The automatic bid at the bidder's maximum is theirs, too.
    const [last] = (await bidder.call('GetItemBids', { itemId })).body.bids.filter(
      ({ userId }: { userId: string }) => userId === bidder.userId,
    );
    expect(await ownBid(bidder)).toBe(last.amount);
    expect(await ownBid(rival)).toBe('900');
    for (const other of [seller, bids.anonymous]) expect(await ownBid(other)).toBe('0');
    expect(await ownBid(bidder, untouched)).toBe('0');
    const listed = (await bidder.call('ListMyBids')).body.bids;
    expect(listed.map(({ item }: { item: { myHighestBid: string } }) => item.myHighestBid)).toEqual([
      last.amount,
    ]);
  });

  it('belong to the caller, and a page token is valid for one state', async () => {
    const bidder = await bids.newUser();
    for (const name of ['a', 'b']) await bid(bidder, await make(name), 200);
    const { body } = await bidder.call('ListMyBids', { pageSize: 1 });
    for (const other of [
      await bidder.call('ListMyBids', { pageToken: body.nextPageToken, state: 'BID_STATE_WON' }),
      await rival.call('ListMyBids', { pageToken: body.nextPageToken }),
      await bidder.call('ListSales', { pageToken: body.nextPageToken }),
      await bidder.call('ListMyBids', { pageToken: 'x' }),
    ])
      expect(other.error?.reason).toBe('INVALID_PAGE_TOKEN');
    expect((await bidder.call('ListMyBids', { state: 9 })).error?.reason).toBe('INVALID_FIELD');
    for (const method of ['ListMyBids', 'ListSales'])
      expect((await bids.anonymous.call(method)).error?.reason).toBe('UNAUTHENTICATED');
  });
});

describe('sales', () => {
  it('are the caller’s sold items, latest sale first, with their winners', async () => {
    const owner = await bids.newUser();
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await bids.createItem(owner, { buyNowPrice: '500' })).id);
    const unsold = (await bids.createItem(owner)).id;
    await end(unsold);
    await closed(unsold);
    for (const itemId of [ids[1], ids[0], ids[2]]) await rival.call('BuyNow', { itemId });
    const sold: string[] = [];
    let pageToken = '';
    do {
      const { body } = await owner.call('ListSales', { pageSize: 2, pageToken });
      for (const { item, soldAt } of body.sales) {
        expect(item).toMatchObject({
          winnerId: rival.userId,
          winningAmount: '500',
          outcome: 'ITEM_OUTCOME_SOLD',
        });
        expect(Math.abs(Date.parse(soldAt) - Date.parse(inSeconds(0)))).toBeLessThan(60_000);
        sold.push(item.id);
      }
      pageToken = body.nextPageToken;
    } while (pageToken !== '');
    expect(sold).toEqual([ids[2], ids[0], ids[1]]);
    expect((await rival.call('ListSales')).body.sales).toEqual([]);
    // Everybody sees which items were sold last, and not to whom.
    const recent = (await bids.anonymous.call('ListRecentSales', { limit: 3 })).body.items;
    expect(recent.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[0], ids[1]]);
    expect(recent[0]).toMatchObject({ winnerId: '', winningAmount: '500', outcome: 'ITEM_OUTCOME_SOLD' });
  });
});

describe('scheduled auctions', () => {
  it('are listed only on request, and counted in no category', async () => {
    const later = { category: 'books', startsAt: inSeconds(600), endAt: inSeconds(1200) };
    await make('scheduled', later);
    await make('running', { category: 'books' });
    const titles = async (query: object) =>
      (await bids.anonymous.call('ListItems', { category: 'books', ...query })).body.items.map(
        (item: { title: string }) => item.title,
      );
    expect(await titles({})).toEqual(['running']);
    expect(await titles({ scheduled: true })).toEqual(['scheduled']);
    expect(await titles({ scheduled: true, query: 'scheduled', sort: 'ITEM_SORT_PRICE_LOW' })).toEqual([
      'scheduled',
    ]);
    const { categories } = (await bids.anonymous.call('ListCategories')).body;
    expect(categories.find(({ path }: { path: string }) => path === 'books')?.itemCount).toBe('1');
  });
});
