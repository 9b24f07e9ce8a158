import { randomUUID } from 'node:crypto';
import { connectRedis } from '@gavel/service-runtime/redis';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type BidsUnderTest, startBidsUnderTest, type Visitor } from '../../testing/bids-under-test.ts';

const prefix = `test-${randomUUID()}:`;
let bids: BidsUnderTest;
let redis: Redis;
let seller: Visitor;
let leader: Visitor;
let rival: Visitor;

beforeAll(async () => {
  const { redisUrl } = inject('infrastructure');
  bids = await startBidsUnderTest({ REDIS_URL: redisUrl, REDIS_PREFIX: prefix });
  redis = await connectRedis({ url: redisUrl, meanwhile: 'the test fails' });
  [seller, leader, rival] = await Promise.all([bids.newUser(), bids.newUser(), bids.newUser()]);
});
afterAll(async () => {
  redis?.disconnect();
  await bids?.stop();
});

const SORTS = ['ENDING_SOON', 'NEWEST', 'PRICE_LOW', 'PRICE_HIGH', 'MOST_BIDS'];

/** Everything that anybody but the leader can read about an item. */
async function seenByOthers(itemId: string, category: string) {
  const viewers = [bids.anonymous, seller, rival];
  const ask = (viewer: Visitor, method: string, body: object, service?: string) =>
    viewer.call(method, body, service).then((answer) => [method, answer.status, answer.body]);
  return await Promise.all([
    ...viewers.map((viewer) => ask(viewer, 'GetItem', { id: itemId })),
    ...viewers.map((viewer) => ask(viewer, 'GetItemBids', { itemId, pageSize: 1 })),
    ...viewers.flatMap((viewer) =>
      SORTS.map((sort) => ask(viewer, 'ListItems', { category, sort: `ITEM_SORT_${sort}` })),
    ),
    ask(bids.anonymous, 'GetTopBidders', { itemId }, 'LeaderboardService'),
    ask(bids.anonymous, 'GetHottestAuctions', {}, 'LeaderboardService'),
    ask(seller, 'ListSellerItems', {}),
    ask(rival, 'ListMyBids', {}),
    ask(rival, 'ListWatchedItems', {}),
  ]);
}

async function leadingItem(category: string): Promise<string> {
  const { id } = await bids.createItem(seller, { category, softCloseSeconds: 3600, reservePrice: '900000' });
  await rival.call('WatchItem', { itemId: id });
  await rival.call('PlaceBid', { itemId: id, amount: '100' });
  await leader.call('PlaceBid', { itemId: id, amount: '0', maxAmount: '5000' });
  return id;
}

const raise = (itemId: string, maxAmount: number, idempotencyKey = '') =>
  leader.call('PlaceBid', { itemId, amount: '0', maxAmount: String(maxAmount), idempotencyKey });

describe('a raised maximum', () => {
  it('changes nothing that anybody else can read, and its bidder sees it', async () => {
    const id = await leadingItem('secret/read');
    const before = await seenByOthers(id, 'secret/read');
    expect((await raise(id, 7000)).status).toBe(200);
    expect(await seenByOthers(id, 'secret/read')).toEqual(before);
    expect((await leader.call('GetItem', { id })).body.item).toMatchObject({ myMaximum: '7000' });
  });

  it('leaves no gap between the positions of a list of bids', async () => {
    const [raised, quiet] = [await leadingItem('secret/gap'), await leadingItem('secret/no-gap')];
    await raise(raised, 7000);
    const positions = await Promise.all(
      [raised, quiet].map(async (itemId) => {
        await rival.call('PlaceBid', { itemId, amount: '1000' });
        const { body } = await bids.anonymous.call('GetItemBids', { itemId, pageSize: 1 });
        const token = JSON.parse(Buffer.from(body.nextPageToken, 'base64url').toString());
        return { position: token[2], bidId: [body.bids[0].id] };
      }),
    );
    for (const { position, bidId } of positions) expect(position).toEqual(bidId);
  });

  it('does not make others read the item again, neither at first nor when it is repeated', async () => {
    const id = await leadingItem('secret/cache');
    const entry = async () => {
      const { as_of: asOf, item } = await redis.hgetall(`${prefix}item:${id}`);
      return item === undefined ? undefined : asOf;
    };
    const shared = () =>
      vi.waitFor(
        async () => {
          await bids.anonymous.call('GetItem', { id });
          const asOf = await entry();
          if (asOf === undefined) throw new Error('not there yet');
          return asOf;
        },
        { timeout: 20_000, interval: 5 },
      );
    // The entry lives for a second, so on a slow machine it may end before the raise does.
    const kept = (act: () => Promise<unknown>) =>
      vi.waitFor(
        async () => {
          const asOf = await shared();
          await act();
          expect(await entry()).toBe(asOf);
        },
        { timeout: 20_000, interval: 5 },
      );
    let maximum = 7000;
    await kept(async () => expect((await raise(id, ++maximum, `key ${maximum}`)).status).toBe(200));
    const key = `key ${maximum}`;
    await kept(async () => expect((await raise(id, maximum, key)).status).toBe(200));
    await shared();
    await rival.call('PlaceBid', { itemId: id, amount: '6000' });
    expect(await entry(), 'a bid that everybody may see removes the entry').toBeUndefined();
  });
});
