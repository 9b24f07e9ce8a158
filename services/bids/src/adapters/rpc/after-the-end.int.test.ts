import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type BidsUnderTest, startBidsUnderTest, type Visitor } from '../../testing/bids-under-test.ts';

const AWHILE = { timeout: 30_000, interval: 50 };

let bids: BidsUnderTest;
let seller: Visitor;
let ann: Visitor;
let bob: Visitor;

beforeAll(async () => {
  bids = await startBidsUnderTest();
  [seller, ann, bob] = await Promise.all([bids.newUser(), bids.newUser(), bids.newUser()]);
});
afterAll(() => bids?.stop());

async function shown(visitor: Visitor, id: string) {
  return (await visitor.call('GetItem', { id })).body.item;
}

/** Whether Ann, Bob and the seller are told that they lead. */
async function leading(id: string): Promise<boolean[]> {
  const items = await Promise.all([ann, bob, seller].map((visitor) => shown(visitor, id)));
  return items.map((item) => item.leading);
}

/** Moves the end to now; from then on the item is ended, and soon it is closed. */
async function end(id: string): Promise<void> {
  await bids.moveEnd(id, 0);
  await vi.waitFor(async () => {
    expect((await shown(seller, id)).outcome).not.toBe('ITEM_OUTCOME_UNSPECIFIED');
  }, AWHILE);
}

describe('after the end', () => {
  it('only the winner leads', async () => {
    const item = await bids.createItem(seller);
    await ann.call('PlaceBid', { itemId: item.id, amount: '100' });
    expect(await leading(item.id)).toEqual([true, false, false]);
    await bob.call('PlaceBid', { itemId: item.id, amount: '200' });
    await end(item.id);
    expect(await leading(item.id)).toEqual([false, true, false]);
  });

  it('nobody leads when the reserve price was not met', async () => {
    const item = await bids.createItem(seller, { reservePrice: '500' });
    await ann.call('PlaceBid', { itemId: item.id, maxAmount: '400' });
    expect(await leading(item.id)).toEqual([true, false, false]);
    await end(item.id);
    expect(await leading(item.id)).toEqual([false, false, false]);
    expect(await shown(ann, item.id)).toMatchObject({ reserveMet: false, myMaximum: '400' });
  });

  it('the buyer leads, not the highest bidder, and the reserve price counts as met', async () => {
    const item = await bids.createItem(seller, { reservePrice: '500', buyNowPrice: '900' });
    await ann.call('PlaceBid', { itemId: item.id, amount: '100' });
    const { body } = await bob.call('BuyNow', { itemId: item.id });
    expect(body.item).toMatchObject({ leading: true, reserveMet: true });
    expect(await leading(item.id)).toEqual([false, true, false]);
    expect(await shown(bids.anonymous, item.id)).toMatchObject({ reserveMet: true, leading: false });
  });
});
