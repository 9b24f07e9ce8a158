import { randomUUID } from 'node:crypto';
import { connectRedis } from '@gavel/service-runtime/redis';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { type BidsUnderTest, startBidsUnderTest } from '../../testing/bids-under-test.ts';

const prefix = `test-${randomUUID()}:`;
let bids: BidsUnderTest;
let redis: Redis;

beforeAll(async () => {
  const { redisUrl } = inject('infrastructure');
  bids = await startBidsUnderTest({ REDIS_URL: redisUrl, REDIS_PREFIX: prefix });
  redis = await connectRedis({ url: redisUrl, meanwhile: 'the test fails' });
});
afterAll(async () => {
  redis?.disconnect();
  await bids?.stop();
});

it('restricted fields are in no shared entry, and their viewers still see them', async () => {
  const [seller, bidder] = [await bids.newUser(), await bids.newUser()];
  const { id } = await bids.createItem(seller, { reservePrice: '7654321' });
  await bidder.call('PlaceBid', { itemId: id, amount: '0', maxAmount: '1234567' });
  const shared = await vi.waitFor(
    async () => {
      const { body } = await bids.anonymous.call('GetItem', { id });
      expect(body.item).toMatchObject({ reservePrice: '0', myMaximum: '0', leading: false, bidCount: '1' });
      const entry = await redis.hgetallBuffer(`${prefix}item:${id}`);
      if (!entry.item) throw new Error('not there yet');
      return entry.item;
    },
    { timeout: 20_000, interval: 20 },
  );
  expect(shared.includes(seller.userId)).toBe(true);
  expect(shared.includes(bidder.userId)).toBe(false);
  for (let i = 0; i < 3; i++) {
    expect((await seller.call('GetItem', { id })).body.item).toMatchObject({ reservePrice: '7654321' });
    expect((await bidder.call('GetItem', { id })).body.item).toMatchObject({
      leading: true,
      myMaximum: '1234567',
      reservePrice: '0',
    });
    expect((await bids.anonymous.call('GetItem', { id })).body.item).toMatchObject({ leading: false });
  }
});

it('a caller with the answer to a command sees its effect, with and without a token', async () => {
  const [seller, ann, bob] = [await bids.newUser(), await bids.newUser(), await bids.newUser()];
  const { id } = await bids.createItem(seller);
  const seen = async () => (await bids.anonymous.call('GetItem', { id })).body.item;
  for (let i = 0; i < 5; i++) {
    await seller.call('UpdateItem', { id, title: `Clock ${i}` });
    expect(await seen()).toMatchObject({ title: `Clock ${i}` });
  }
  for (let i = 1; i <= 10; i++) {
    const bidder = i % 2 === 0 ? ann : bob;
    await bidder.call('PlaceBid', { itemId: id, amount: String(i * 10_000) });
    expect(await seen()).toMatchObject({ bidCount: String(i), currentHighestBid: String(i * 10_000) });
  }
});
