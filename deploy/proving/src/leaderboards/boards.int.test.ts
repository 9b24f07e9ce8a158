import { randomUUID } from 'node:crypto';
import {
  type BidsUnderTest,
  startBidsUnderTest,
  type Visitor,
} from '@gavel/bids-service/testing/bids-under-test';
import { startConsumerProgram } from '@gavel/consumer-runtime/run-consumer';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import { startTestRedis, type TestServer } from '@gavel/dev/testing/private-infrastructure';
import { leaderboard } from '@gavel/leaderboard-consumer/main';
import { leaderboardProcess } from '@gavel/leaderboard-consumer/process';
import { startRelay } from '@gavel/outbox/start-relay';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';

const prefix = 'test:';
const vhost = `leaderboards-${randomUUID()}`;
const servers = inject('infrastructure');
const stops: (() => Promise<void> | void)[] = [];
let redis: TestServer;
let bids: BidsUnderTest;
let database: TestDatabase;
/** Asks a process that reads the boards from Redis, and one without Redis that counts in Postgres. */
let kept: Visitor;
let counted: Visitor;

beforeAll(async () => {
  let urls: typeof servers;
  [redis, bids, database, urls] = await Promise.all([
    startTestRedis(),
    startBidsUnderTest(),
    createTestDatabase(leaderboardProcess.database.migrations),
    createVhost(servers, vhost),
  ]);
  counted = bids.anonymous;
  kept = await bids.startAnother({ REDIS_URL: redis.url, REDIS_PREFIX: prefix });
  const relay = startRelay({
    outbox: 'bids',
    databaseUrl: bids.database.url,
    amqpUrl: urls.amqpUrl,
    streamUrl: urls.streamUrl,
    retentionSeconds: 3600,
  });
  stops.push(() => relay.stop());
  await startConsumerProgram(
    leaderboard,
    {
      HOST: '127.0.0.1',
      PORT: 0,
      DATABASE_URL: database.url,
      DATABASE_POOL: 10,
      STREAM_URL: urls.streamUrl,
      REDIS_URL: redis.url,
      REDIS_PREFIX: prefix,
    },
    { onStop: (_, stop) => stops.push(stop) },
  );
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
  await bids?.stop();
  await database?.drop();
  await redis?.stop();
  await deleteVhost(servers.managementUrl, vhost);
});

/** Random commands on some auctions, a few at a time. Most are accepted; the others change nothing. */
async function trade(sellers: readonly Visitor[], bidders: readonly Visitor[]): Promise<string[]> {
  const items = await Promise.all(
    [0, 1, 2, 3, 4].map((i) =>
      bids.createItem(sellers[i % sellers.length] ?? counted, {
        ...(i % 2 === 1 && { reservePrice: '50000' }),
        ...(i === 4 && { buyNowPrice: '900000' }),
      }),
    ),
  );
  const steps = fc.sample(
    fc.record({
      item: fc.constantFrom(...items.map(({ id }) => id as string)),
      bidder: fc.constantFrom(...bidders),
      amount: fc.integer({ min: 100, max: 1_000_000 }),
      way: fc.constantFrom('plain', 'plain', 'maximum', 'maximum', 'now'),
    }),
    90,
  );
  steps.sort((one, other) => one.amount - other.amount);
  while (steps.length > 0) {
    await Promise.all(
      steps.splice(0, 5).map(({ item: itemId, bidder, amount, way }) => {
        if (way === 'now' && amount > 500_000) return bidder.call('BuyNow', { itemId });
        const sum = way === 'maximum' ? { maxAmount: String(amount * 2) } : { amount: String(amount) };
        return bidder.call('PlaceBid', { itemId, ...sum });
      }),
    );
  }
  await Promise.all(items.slice(0, 3).map(({ id }) => bids.moveEnd(id, 0)));
  return items.map(({ id }) => id);
}

/** Every board, from one process. */
async function boards(of: Visitor, items: readonly string[]) {
  const ask = async (method: string, request: object = {}) => {
    const answer = await of.call(method, { limit: 100, ...request }, 'LeaderboardService');
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body;
  };
  const { auctions } = await ask('GetHottestAuctions');
  return {
    hottest: auctions.map((each: { item: { id: string }; recentBids: string }) => [
      each.item.id,
      each.recentBids,
    ]),
    sellers: (await ask('GetTopSellers')).sellers,
    bidders: await Promise.all(items.map((itemId) => ask('GetTopBidders', { itemId }))),
  };
}

it('boards in Redis become equal to what Postgres counts, and without Redis Postgres is used', async () => {
  const sellers = await Promise.all([0, 1].map(() => bids.newUser()));
  const bidders = await Promise.all([0, 1, 2, 3].map(() => bids.newUser()));
  const items = await trade(sellers, bidders);
  const agree = async () => {
    // Everything is finished: all due auctions are closed, and all events are delivered.
    await vi.waitFor(
      async () => {
        const { rows } = await bids.database.pool.query(
          `SELECT count(*) FILTER (WHERE status = 'active' AND end_at <= now())::int AS due,
             (SELECT count(*) FROM outbox)::int AS written FROM items`,
        );
        const { rows: handled } = await database.pool.query(
          `SELECT (SELECT sum(last_offset + 1) FROM checkpoints)::int AS read,
             (SELECT count(*) FROM board_changes)::int AS untold`,
        );
        expect({ ...rows[0], ...handled[0] }).toEqual({
          due: 0,
          written: rows[0]?.written,
          read: rows[0]?.written,
          untold: 0,
        });
        expect(await boards(kept, items)).toEqual(await boards(counted, items));
      },
      { timeout: 40_000, interval: 100 },
    );
  };
  await agree();
  const { sellers: top, bidders: all, hottest } = await boards(kept, items);
  expect(top.length).toBeGreaterThan(0);
  expect(all.every(({ bidders: each }) => each.length > 0)).toBe(true);
  // One of the two open auctions may have been bought.
  expect(hottest.length).toBeGreaterThan(0);

  const { pid } = redis.server;
  if (pid === null) throw new Error('Redis does not run');
  process.kill(pid, 'SIGSTOP');
  expect(await boards(kept, items)).toEqual(await boards(counted, items));
  process.kill(pid, 'SIGCONT');
  await redis.server.kill();
  items.push(...(await trade(sellers, bidders)));
  expect((await boards(kept, items)).bidders).toEqual((await boards(counted, items)).bidders);
  await redis.server.start();
  await agree();
});
