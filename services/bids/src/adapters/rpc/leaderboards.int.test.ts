import { randomUUID } from 'node:crypto';
import { leaderboard, leaderboardKeys, toBidderMember } from '@gavel/proto/leaderboards';
import { connectRedis } from '@gavel/service-runtime/redis';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type BidsUnderTest, startBidsUnderTest, type Visitor } from '../../testing/bids-under-test.ts';

const prefix = `test-${randomUUID()}:`;
const keys = leaderboardKeys(prefix);
let bids: BidsUnderTest;
let redis: Redis;
let seller: Visitor;
let bidders: Visitor[];

beforeAll(async () => {
  const { redisUrl } = inject('infrastructure');
  bids = await startBidsUnderTest({ REDIS_URL: redisUrl, REDIS_PREFIX: prefix });
  redis = await connectRedis({ url: redisUrl, meanwhile: 'the test fails' });
  seller = await bids.newUser();
  bidders = await Promise.all([1, 2, 3].map(() => bids.newUser()));
});
afterAll(async () => {
  redis?.disconnect();
  await bids?.stop();
});

const ask = async (method: string, request: object = {}) =>
  (await bids.anonymous.call(method, request, 'LeaderboardService')).body;

/** Places bids as some of the bidders, given by their numbers. */
async function bid(itemId: string, ...steps: [bidder: number, amount: number, maximum?: number][]) {
  for (const [bidder, amount, maximum] of steps) {
    const request = { itemId, amount: String(amount), ...(maximum && { maxAmount: String(maximum) }) };
    const answer = await bidders[bidder]?.call('PlaceBid', request);
    expect(answer?.status, JSON.stringify(answer?.body)).toBe(200);
  }
}

async function sell(): Promise<string> {
  const { id } = await bids.createItem(seller);
  await bid(id, [0, 1_000]);
  await bids.moveEnd(id, 0);
  await vi.waitFor(
    async () => {
      const { body } = await seller.call('GetItem', { id });
      expect(body.item.outcome).toBe('ITEM_OUTCOME_SOLD');
    },
    { timeout: 20_000, interval: 20 },
  );
  return id;
}

/** Writes boards in the same way as the consumer. */
async function keep(board: string, ...entries: [member: string, score: number][]): Promise<void> {
  await redis.hset(keys.state, 'token', 'one');
  await redis.set(keys.kept, '1', 'PX', 60_000);
  for (const [member, score] of entries) await redis.zadd(keys.boards('one') + board, score, member);
}

describe('leaderboards without the consumer', () => {
  it("count an auction's bidders, with the usual masks; of equal bids the standing maximum leads", async () => {
    const { id } = await bids.createItem(seller);
    await bid(id, [0, 1_000], [1, 0, 90_000], [0, 30_000], [2, 90_000]);
    const { bidders: board } = await ask('GetTopBidders', { itemId: id });
    expect(board.map(({ amount, bidCount }: Record<string, string>) => [amount, bidCount])).toEqual([
      ['90000', '3'],
      ['90000', '1'],
      ['30000', '2'],
    ]);
    const { bids: history } = (await bids.anonymous.call('GetItemBids', { itemId: id })).body;
    const automatic = history.find((each: { automatic: boolean }) => each.automatic);
    expect(board[0].bidder).toBe(automatic.bidder);
    for (const { userId } of bidders) expect(JSON.stringify(board)).not.toContain(userId);
    expect((await ask('GetTopBidders', { itemId: id, limit: 1 })).bidders).toHaveLength(1);
  });

  it('distinguish an auction without bids from an unknown one', async () => {
    const { id } = await bids.createItem(seller);
    expect(await ask('GetTopBidders', { itemId: id })).toEqual({ bidders: [] });
    for (const itemId of [randomUUID(), 'nonsense']) {
      const answer = await bids.anonymous.call('GetTopBidders', { itemId }, 'LeaderboardService');
      expect(answer).toMatchObject({ status: 404, error: { reason: 'ITEM_NOT_FOUND' } });
    }
  });

  it('count sellers and running auctions, without ended ones', async () => {
    const ended = await sell();
    const { id } = await bids.createItem(seller);
    await bid(id, ...Array.from({ length: 7 }, (_, i): [number, number] => [i % 3, (i + 1) * 1_000]));
    await vi.waitFor(
      async () => {
        const { auctions } = await ask('GetHottestAuctions');
        expect(auctions[0]).toMatchObject({ item: { id, leading: false, winnerId: '' }, recentBids: '7' });
        expect(auctions.map((each: { item: { id: string } }) => each.item.id)).not.toContain(ended);
      },
      { timeout: 20_000, interval: 50 },
    );
    expect((await ask('GetTopSellers')).sellers[0]).toMatchObject({
      sellerId: seller.userId,
      soldCount: '1',
    });
  });
});

describe('leaderboards that the consumer maintains', () => {
  it('are read from Redis, and counted as soon as they are missing', async () => {
    const { id } = await bids.createItem(seller);
    await bid(id, [0, 1_000], [1, 5_000]);
    const [ann, bob] = bidders.map(({ userId }) => userId);
    // Different from the real figures, to distinguish the two.
    await keep(
      leaderboard.topBidders(id),
      [toBidderMember({ userId: ann ?? '', bidCount: 8n, sequence: 3n }), 7_000],
      [toBidderMember({ userId: bob ?? '', bidCount: 9n, sequence: 20n }), 7_000],
    );
    const counts = async () =>
      (await ask('GetTopBidders', { itemId: id })).bidders.map((each: { bidCount: string }) => each.bidCount);
    expect(await counts()).toEqual(['9', '8']);
    await redis.del(keys.kept);
    expect(await counts()).toEqual(['1', '1']);
    await keep('');
    await redis.del(keys.boards('one') + leaderboard.topBidders(id));
    expect(await counts()).toEqual(['1', '1']);
  });

  it('show only running auctions, however many on the board have ended', async () => {
    const { id } = await bids.createItem(seller);
    await bid(id, [0, 1_000]);
    const gone = Array.from({ length: 12 }, (_, i): [string, number] => [randomUUID(), 100 + i]);
    await keep(leaderboard.hottest, ...gone, [id, 42]);
    await keep(leaderboard.topSellers, [seller.userId, 77]);
    const { auctions } = await ask('GetHottestAuctions', { limit: 1 });
    // Five pages of two contain no running auction, so the board is counted.
    expect(auctions).toMatchObject([{ recentBids: expect.not.stringMatching('42') }]);
    expect((await ask('GetHottestAuctions', { limit: 2 })).auctions).toMatchObject([
      { item: { id }, recentBids: '42' },
    ]);
    expect((await ask('GetTopSellers')).sellers).toEqual([{ sellerId: seller.userId, soldCount: '77' }]);
  });
});
