import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BidsUnderTest, startBidsUnderTest, type Visitor } from '../../testing/bids-under-test.ts';
import { readLedger } from '../../testing/ledger.ts';

let bids: BidsUnderTest;
let seller: Visitor;
let ann: Visitor;
let bob: Visitor;

beforeAll(async () => {
  bids = await startBidsUnderTest();
  [seller, ann, bob] = await Promise.all([bids.newUser(), bids.newUser(), bids.newUser()]);
});
afterAll(() => bids?.stop());

/** Ids and next bids of all items in a category, cheapest first, read in pages of one; `between` runs after the first page. */
async function byPrice(category: string, between: () => Promise<unknown>): Promise<[string, string][]> {
  const found: [string, string][] = [];
  let pageToken = '';
  do {
    const query = { category, currency: 'USD', sort: 'ITEM_SORT_PRICE_LOW', pageSize: 1, pageToken };
    const { body } = await bids.anonymous.call('ListItems', query);
    for (const item of body.items) found.push([item.id, item.minimumNextBid]);
    if (pageToken === '') await between();
    pageToken = body.nextPageToken;
  } while (pageToken !== '');
  return found;
}

describe('a leader', () => {
  it('cannot bid against themselves: the price and the end stay, and only they are told their maximum', async () => {
    const { id: itemId } = await bids.createItem(seller, { softCloseSeconds: 3600, startPrice: '1000' });
    await ann.call('PlaceBid', { itemId, amount: '1000' });
    const seen = async () => (await bids.anonymous.call('GetItem', { id: itemId })).body.item;
    const before = await seen();
    const plain = await ann.call('PlaceBid', { itemId, amount: '9000', idempotencyKey: 'again' });
    expect(plain).toMatchObject({ status: 400, error: { reason: 'ALREADY_LEADING', metadata: {} } });
    expect((await ann.call('PlaceBid', { itemId, maxAmount: '8000' })).status).toBe(200);
    expect((await ann.call('PlaceBid', { itemId, amount: '9000' })).error).toMatchObject({
      reason: 'ALREADY_LEADING',
      metadata: { own_maximum: '8000', currency: 'USD' },
    });
    expect(await seen()).toMatchObject({ currentHighestBid: '1000', bidCount: '1', endAt: before.endAt });
    expect(JSON.stringify(await bob.call('PlaceBid', { itemId, amount: '1000' }))).not.toContain('8000');
  });
});

describe('a raised maximum that reaches the reserve price', () => {
  it('is an automatic bid: price, history, top bidders, my bids and events agree', async () => {
    const item = await bids.createItem(seller, { startPrice: '1000', reservePrice: '5000' });
    const [itemId, visitor] = [item.id, bids.anonymous];
    await ann.call('PlaceBid', { itemId, maxAmount: '4000' });
    const raise = { itemId, maxAmount: '6000', idempotencyKey: 'raise' };
    const raised = await ann.call('PlaceBid', raise);
    expect(raised.body).toMatchObject({
      bid: { amount: '5000', automatic: true, userId: ann.userId },
      leading: true,
      currentHighestBid: '5000',
      reserveMet: true,
    });
    expect(await ann.call('PlaceBid', raise)).toEqual(raised);
    const shown = (await visitor.call('GetItem', { id: itemId })).body.item;
    expect(shown).toMatchObject({ currentHighestBid: '5000', bidCount: '2', reserveMet: true });
    const history = (await visitor.call('GetItemBids', { itemId })).body.bids;
    expect(history).toMatchObject([
      { id: raised.body.bid.id, amount: '5000', automatic: true },
      { amount: '1000', automatic: false },
    ]);
    const { body: top } = await visitor.call('GetTopBidders', { itemId }, 'LeaderboardService');
    expect(top.bidders).toMatchObject([{ amount: '5000', bidCount: '2' }]);
    expect((await ann.call('ListMyBids')).body.bids[0]).toMatchObject({
      item: { id: itemId },
      highestAmount: '5000',
    });
    expect(await readLedger(bids, itemId)).toMatchObject({
      amounts: [1000n, 5000n],
      types: ['bids.v1.ItemCreated', 'bids.v1.BidPlaced', 'bids.v1.MaximumRaised', 'bids.v1.ProxyBidPlaced'],
    });
  });

  it('stays in a list sorted by price that is read meanwhile', async () => {
    const fields = { category: 'sorted', reservePrice: '5000' };
    const cheap = await bids.createItem(seller, { ...fields, startPrice: '900' });
    const lifted = await bids.createItem(seller, { ...fields, startPrice: '1000' });
    await ann.call('PlaceBid', { itemId: lifted.id, maxAmount: '4000' });
    const found = await byPrice('sorted', () =>
      ann.call('PlaceBid', { itemId: lifted.id, maxAmount: '6000' }),
    );
    expect(found).toEqual([
      [cheap.id, '900'],
      [lifted.id, '5100'],
    ]);
    const again = await byPrice('sorted', () => bob.call('PlaceBid', { itemId: cheap.id, amount: '900' }));
    expect(again.map(([id]) => id)).toEqual([cheap.id, lifted.id]);
  });
});
