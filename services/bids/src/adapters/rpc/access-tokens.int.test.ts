import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BidsUnderTest, itemFields, startBidsUnderTest } from '../../testing/bids-under-test.ts';

let bids: BidsUnderTest;
beforeAll(async () => {
  bids = await startBidsUnderTest();
});
afterAll(() => bids?.stop());

describe('access tokens', () => {
  it.each([
    ['from another issuer', { issuer: 'http://evil.example' }],
    ['for another audience', { audience: 'another system' }],
    ['signed with an unknown key', { foreign: true }],
  ])('a token %s can neither place a bid nor list an item', async (_, changes) => {
    const seller = await bids.newUser();
    const item = await bids.createItem(seller);
    const impostor = await bids.newUser(changes);
    const rejected = [
      await impostor.call('PlaceBid', { itemId: item.id, amount: '100' }),
      await impostor.call('CreateItem', itemFields()),
      await impostor.call('ListSellerItems'),
      await impostor.call('CancelItem', { id: item.id }),
    ];
    for (const answer of rejected) {
      expect(answer).toMatchObject({ status: 401, error: { reason: 'UNAUTHENTICATED' } });
    }
    expect((await impostor.call('GetItem', { id: item.id })).body.item).toMatchObject({
      status: 'ITEM_STATUS_ACTIVE',
      bidCount: '0',
    });
  });

  it('a token can neither place a bid nor list an item after its session has ended', async () => {
    const item = await bids.createItem(await bids.newUser());
    const leaving = await bids.newUser();
    expect((await leaving.call('PlaceBid', { itemId: item.id, amount: '100' })).status).toBe(200);
    leaving.signOut();
    await expect.poll(async () => (await leaving.call('ListSellerItems')).status).toBe(401);
    for (const request of [
      leaving.call('PlaceBid', { itemId: item.id, amount: '200' }),
      leaving.call('CreateItem', itemFields()),
    ])
      expect(await request).toMatchObject({ status: 401, error: { reason: 'UNAUTHENTICATED' } });
  });

  it('a token of an unconfirmed e-mail address can neither bid, buy nor list an item, but watch one', async () => {
    const item = await bids.createItem(await bids.newUser());
    const unverified = await bids.newUser({ emailUnverified: true });
    for (const request of [
      unverified.call('PlaceBid', { itemId: item.id, amount: '100' }),
      unverified.call('BuyNow', { itemId: item.id }),
      unverified.call('CreateItem', itemFields()),
      unverified.call('RelistItem', { id: item.id }),
    ])
      expect(await request).toMatchObject({ status: 400, error: { reason: 'EMAIL_UNVERIFIED' } });
    expect((await unverified.call('WatchItem', { itemId: item.id })).status).toBe(200);
  });

  it('a valid token can', async () => {
    const item = await bids.createItem(await bids.newUser());
    const bidder = await bids.newUser({});
    expect((await bidder.call('PlaceBid', { itemId: item.id, amount: '100' })).status).toBe(200);
  });
});
