import { randomUUID } from 'node:crypto';
import { createShadow } from '@gavel/consumer-runtime/create-shadow';
import { fillShadow } from '@gavel/consumer-runtime/fill-shadow';
import { startConsumerProgram } from '@gavel/consumer-runtime/run-consumer';
import { swapShadow } from '@gavel/consumer-runtime/swap-shadow';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import {
  type ForeignProducer,
  openForeignProducer,
  uuidv7,
} from '@gavel/consumer-runtime/testing/foreign-producer';
import { startTestRedis, type TestServer } from '@gavel/dev/testing/private-infrastructure';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { partitionsOf } from '@gavel/proto/topology';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { leaderboardConsumer } from './consumer.ts';
import type { BoardFact } from './domain/fold-events.ts';
import { leaderboard } from './main.ts';
import { leaderboardProcess } from './process.ts';
import { boardMessage } from './testing/board-events.ts';
import { readBoards } from './testing/read-boards.ts';
import { recount, type Sequenced } from './testing/recount.ts';

const items = Array.from({ length: 8 }, () => uuidv7());
const users = Array.from({ length: 5 }, () => uuidv7());
const PREFIX = 'test:';

let database: TestDatabase;
let producer: ForeignProducer;
let redis: TestServer;
let stops: (() => Promise<void> | void)[] = [];
/** Every published event, once. */
const events: Sequenced[] = [];

beforeAll(async () => {
  [database, producer, redis] = await Promise.all([
    createTestDatabase(leaderboardProcess.database.migrations),
    openForeignProducer(),
    startTestRedis(),
  ]);
});
afterAll(async () => {
  await producer?.close();
  await database?.drop();
  await redis?.stop();
});

const start = async (): Promise<void> => {
  await startConsumerProgram(
    leaderboard,
    {
      HOST: '127.0.0.1',
      PORT: 0,
      DATABASE_URL: database.url,
      DATABASE_POOL: 10,
      STREAM_URL: producer.urls.streamUrl,
      REDIS_URL: redis.url,
      REDIS_PREFIX: PREFIX,
    },
    { onStop: (_, stop) => stops.push(stop) },
  );
};
const stop = async (): Promise<void> => {
  for (const each of stops.reverse()) await each();
  stops = [];
};
afterEach(stop);

const boardsAgree = () =>
  eventually(async () =>
    expect(await readBoards(redis.url, PREFIX, items)).toEqual(recount(events, new Date())),
  );

/** Random events: bids of the last two hours, none of them close to one hour old, and closed auctions. */
const factOf = (closable: readonly string[]) =>
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('bid' as const),
        itemId: fc.constantFrom(...items),
        userId: fc.constantFrom(...users),
        amount: fc.bigInt(1n, 40n),
        minutesAgo: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 80, max: 120 })),
        automatic: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('closed' as const),
        itemId: fc.constantFrom(...closable),
        soldBy: fc.constantFrom(undefined, ...users.slice(0, 3)),
      }),
    },
  );

/** Publishes random events, some of them two or three times; an auction closes at most once. */
async function publishRandom(count: number, closable: readonly string[] = items.slice(4)): Promise<void> {
  const drawn = fc.sample(fc.tuple(factOf(closable), fc.integer({ min: 1, max: 6 })), count);
  const batches = new Map<string, ReturnType<typeof boardMessage>[]>();
  for (const [draw, copies] of drawn) {
    const ofItem = events.filter(({ fact }) => fact.itemId === draw.itemId);
    if (draw.kind === 'closed' && ofItem.some(({ fact }) => fact.kind === 'closed')) continue;
    const sequence = BigInt(ofItem.length + 2);
    const fact: BoardFact =
      draw.kind === 'bid'
        ? { ...draw, sequence, placedAt: new Date(Date.now() - draw.minutesAgo * 60_000) }
        : { ...draw, closedAt: new Date() };
    events.push({ fact, sequence });
    const message = boardMessage(fact, sequence, draw.kind === 'bid' && draw.automatic);
    const batch = batches.get(message.partition) ?? [];
    batches.set(message.partition, batch);
    for (let copy = 0; copy < Math.max(1, copies - 3); copy++) batch.push(message);
  }
  await Promise.all([...batches].map(([partition, batch]) => producer.send(partition, batch)));
}

const flush = async (): Promise<void> => {
  const admin = new Redis(redis.url);
  await admin.flushall();
  admin.disconnect();
};

describe('boards', () => {
  it('equal a recount of all events, also after duplicates, repeated reading and restarts', async () => {
    await start();
    for (let round = 0; round < 3; round++) {
      await publishRandom(60);
      // The group reads everything again while it is reading.
      await database.pool.query(`UPDATE checkpoints SET last_offset = NULL`);
      await stop();
      await start();
      await publishRandom(30);
    }
    await boardsAgree();
    expect(events.some(({ fact }) => fact.kind === 'closed')).toBe(true);
  });

  it('are built again after Redis was emptied, and nothing of the old build remains', async () => {
    await start();
    await publishRandom(20);
    await boardsAgree();
    await flush();
    await publishRandom(20);
    await boardsAgree();
    const admin = new Redis(redis.url);
    await eventually(async () => {
      const tokens = new Set(
        (await admin.keys(`${PREFIX}leaderboards:of:*`)).map((key) => key.split(':')[3]),
      );
      expect(tokens.size).toBe(1);
    });
    admin.disconnect();
  });

  it('are correct again after Redis was killed or frozen, or lost its last second of writes', async () => {
    await start();
    await publishRandom(20);
    await boardsAgree();
    await redis.server.kill();
    await publishRandom(20);
    await redis.server.start();
    await boardsAgree();

    const { pid } = redis.server;
    if (pid === null) throw new Error('Redis does not run');
    process.kill(pid, 'SIGSTOP');
    await publishRandom(20);
    process.kill(pid, 'SIGCONT');
    await boardsAgree();

    // A crash loses the last writes of Redis. The stored run id then differs, so its boards are not used.
    await stop();
    const admin = new Redis(redis.url);
    const [board] = await admin.keys(`${PREFIX}leaderboards:of:*:hottest`);
    await admin.zadd(board ?? '', 999, items[0] ?? '');
    await admin.quit();
    await redis.server.stop();
    await redis.server.start();
    await start();
    await boardsAgree();
  });

  it('show the replayed projection as soon as it is swapped in', async () => {
    await start();
    await boardsAgree();
    await database.pool.query('UPDATE auction_bidders SET amount = amount + 7, bid_count = 1');
    await database.pool.query('UPDATE sellers SET sold_count = 50');
    await flush();
    await eventually(async () => {
      const boards = await readBoards(redis.url, PREFIX, items);
      expect(boards?.topSellers[0]).toMatch(/ 50$/);
    });
    const ends = new Map<string, bigint>();
    for (const partition of partitionsOf('gavel.bids')) {
      const { rows } = await database.pool.query<{ last_offset: bigint | null }>(
        'SELECT last_offset FROM checkpoints WHERE stream_partition = $1',
        [partition],
      );
      const last = rows[0]?.last_offset;
      if (last !== null && last !== undefined) ends.set(partition, last);
    }
    const ranges = partitionsOf('gavel.bids').map((partition) => ({ partition, from: 0n, until: null }));
    await createShadow(database.pool, leaderboardConsumer, ranges);
    const source = { databaseUrl: database.url, streamUrl: producer.urls.streamUrl };
    await fillShadow({ definition: leaderboardConsumer, ...source, ends });
    expect(await swapShadow(database.pool, leaderboardConsumer, { catchUp: source })).toEqual({
      outcome: 'swapped',
    });
    await boardsAgree();
  });

  it('drop a bid when its minute is more than an hour ago, without any event', async () => {
    await start();
    await boardsAgree();
    const itemId = randomUUID();
    await database.pool.query(
      `WITH auction AS (INSERT INTO auctions (item_id) VALUES ($1))
       INSERT INTO auction_heat VALUES ($1, date_trunc('minute', now()) - interval '62 minutes', 5)`,
      [itemId],
    );
    const admin = new Redis(redis.url);
    const [board = ''] = await admin.keys(`${PREFIX}leaderboards:of:*:hottest`);
    await admin.zadd(board, 5, itemId);
    // Simulates that old bids were last removed from the boards five minutes ago.
    const then = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 5 * 60_000).toISOString();
    await admin.hset(`${PREFIX}leaderboards:state`, 'minute', then);
    await eventually(async () => expect(await admin.zscore(board, itemId)).toBeNull());
    admin.disconnect();
    await boardsAgree();
  });
});
