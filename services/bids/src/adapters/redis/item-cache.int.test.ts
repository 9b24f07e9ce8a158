import { startTestRedis, type TestServer } from '@gavel/dev/testing/private-infrastructure';
import { type Item, ItemOutcome, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import { createCircuit } from '@gavel/resilience/circuit';
import { connectRedis } from '@gavel/service-runtime/redis';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { getItem } from '../../application/browsing.ts';
import type { ChangedItems, PublicItems } from '../../application/ports.ts';
import { type BidsUnderTest, startBidsUnderTest, type Visitor } from '../../testing/bids-under-test.ts';
import { createPostgresAuctionViews } from '../postgres/postgres-auction-views.ts';
import { createDatabaseClock } from './database-clock.ts';
import { createItemCache } from './item-cache.ts';
import { createItemEntries } from './item-entries.ts';

const PREFIX = 'test:';

let server: TestServer;
let redis: Redis;
/** A process without a cache: it invalidates nothing, so the others notice its changes by the age of entries. */
let bids: BidsUnderTest;
let seller: Visitor;
let bidders: Visitor[];

/** A process's cache, and how often it read from Postgres. */
interface Reader extends PublicItems<Item>, ChangedItems {
  loads: number;
  bidCount(itemId: string): Promise<bigint>;
}

beforeAll(async () => {
  [server, bids] = await Promise.all([startTestRedis(), startBidsUnderTest()]);
  seller = await bids.newUser();
  bidders = [await bids.newUser(), await bids.newUser()];
  redis = await connectRedis({ url: server.url, meanwhile: 'the test continues', answerTimeoutMs: 200 });
});
afterAll(async () => {
  redis?.disconnect();
  await bids?.stop();
  await server?.stop();
});

function newReader(): Reader {
  const views = createPostgresAuctionViews(bids.database.pool);
  const cache = createItemCache({
    entries: createItemEntries(redis, PREFIX),
    circuit: createCircuit({ name: 'test', restMs: 200 }),
    clock: createDatabaseClock(),
  });
  const reader: Reader = {
    ...cache,
    loads: 0,
    async bidCount(itemId) {
      const read = await cache.read(itemId, () => {
        reader.loads++;
        return getItem({ views }, { id: itemId });
      });
      if (!read.ok) throw new Error(read.reason);
      return read.value.bidCount;
    },
  };
  return reader;
}

const placed = new Map<string, number>();
/** The next bid on an item; two bidders take turns. */
async function bid(itemId: string): Promise<void> {
  const { item } = (await bids.anonymous.call('GetItem', { id: itemId })).body;
  const turn = placed.get(itemId) ?? 0;
  placed.set(itemId, turn + 1);
  const answer = await bidders[turn % 2]?.call('PlaceBid', { itemId, amount: item.minimumNextBid });
  expect(answer?.status, JSON.stringify(answer?.body)).toBe(200);
}

const newItem = async (): Promise<string> => (await bids.createItem(seller)).id;

/** Reads repeatedly, until a read that began more than a second after the change: that one must see it. */
async function knowsWithinASecond(reader: Reader, itemId: string, count: bigint): Promise<void> {
  const changedAt = performance.now();
  for (;;) {
    const began = performance.now();
    const seen = await reader.bidCount(itemId);
    if (began - changedAt <= 1_000) continue;
    expect(seen).toBe(count);
    return;
  }
}

const frozen = async (work: () => Promise<void>): Promise<void> => {
  const { pid } = server.server;
  if (pid === null) throw new Error('Redis does not run');
  process.kill(pid, 'SIGSTOP');
  try {
    await work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await vi.waitFor(() => redis.ping(), { timeout: 20_000, interval: 50 });
};

describe('items read through Redis', () => {
  it('cost Postgres one query for many reads, and are shared by processes', async () => {
    const itemId = await newItem();
    const [one, other] = [newReader(), newReader()];
    await vi.waitFor(
      async () => {
        one.loads = 0;
        for (let i = 0; i < 50; i++) await one.bidCount(itemId);
        expect(one.loads).toBeLessThan(10);
      },
      { timeout: 20_000, interval: 10 },
    );
    // Its first read sets its clock; all other reads use the entry of the other process.
    await other.bidCount(await newItem());
    await vi.waitFor(
      async () => {
        await one.bidCount(itemId);
        other.loads = 0;
        await other.bidCount(itemId);
        expect(other.loads).toBe(0);
      },
      { timeout: 20_000, interval: 10 },
    );
  });

  it('are never older than a second, even without an invalidation', async () => {
    const itemId = await newItem();
    const reader = newReader();
    for (let count = 1n; count <= 2n; count++) {
      await reader.bidCount(itemId);
      await bid(itemId);
      await knowsWithinASecond(reader, itemId, count);
    }
  });

  it('include the last change of the same process at once, and changes of others soon', async () => {
    const itemId = await newItem();
    const [one, other] = [newReader(), newReader()];
    let seen = 0;
    for (let count = 1n; count <= 30n; count++) {
      await Promise.all([one.bidCount(itemId), other.bidCount(itemId)]);
      await bid(itemId);
      one.invalidate(itemId);
      expect(await one.bidCount(itemId)).toBe(count);
      await redis.ping();
      if ((await other.bidCount(itemId)) === count) seen++;
    }
    expect(seen).toBeGreaterThan(20);
  });

  it('never show less than was stored a second ago, during concurrent bids and failures of Redis', async () => {
    const itemId = await newItem();
    const readers = [newReader(), newReader()];
    const placed: number[] = [];
    let bidding = true;
    const watch = async (reader: Reader): Promise<void> => {
      while (bidding) {
        const began = performance.now();
        const known = placed.filter((at) => at < began - 1_000).length;
        expect(Number(await reader.bidCount(itemId))).toBeGreaterThanOrEqual(known);
      }
    };
    const watching = Promise.all(readers.map(watch));
    const steps: [count: number, step: () => Promise<unknown>][] = [
      [40, () => redis.flushall()],
      [80, () => server.server.kill()],
      [120, () => server.server.start()],
    ];
    const until = performance.now() + 2_000;
    for (let count = 1; count <= 160 || performance.now() < until; count++) {
      await bid(itemId);
      placed.push(performance.now());
      for (const [at, step] of steps) if (at === count) await step();
    }
    bidding = false;
    await watching;
  });

  it('written by a frozen Redis after it wakes up are not used', async () => {
    const itemId = await newItem();
    const reader = newReader();
    await vi.waitFor(() => redis.ping(), { timeout: 20_000, interval: 50 });
    await reader.bidCount(await newItem());
    const entry = await entryOf(itemId);
    await frozen(async () => {
      // Stays in the connection's buffer until Redis wakes up.
      const put = createItemEntries(redis, PREFIX).put(itemId, entry);
      await expect(put).rejects.toThrow(/timed out/);
      await bid(itemId);
      await vi.waitFor(async () => expect(await ageOf(entry.asOf)).toBeGreaterThan(1_000), {
        timeout: 20_000,
        interval: 50,
      });
    });
    expect(await redis.hexists(`${PREFIX}item:${itemId}`, 'item')).toBe(1);
    expect(await reader.bidCount(itemId)).toBe(1n);
  });

  it('cost almost no waiting while Redis is frozen', async () => {
    const itemId = await newItem();
    const reader = newReader();
    await frozen(async () => {
      const began = performance.now();
      for (let i = 0; i < 40; i++) await reader.bidCount(itemId);
      // Without the circuit each read would have waited for 200 ms.
      expect(performance.now() - began).toBeLessThan(5_000);
      expect(reader.loads).toBe(40);
    });
    await vi.waitFor(
      async () => {
        await reader.bidCount(itemId);
        reader.loads = 0;
        await reader.bidCount(itemId);
        expect(reader.loads).toBe(0);
      },
      { timeout: 20_000, interval: 20 },
    );
  });

  it('end exactly at their end, and older entries never hide an outcome', async () => {
    const itemId = await newItem();
    const reader = newReader();
    await bid(itemId);
    const end = await bids.moveEnd(itemId, 1);
    reader.invalidate(itemId);
    const statusOf = async () => {
      const read = await reader.read(itemId, () =>
        getItem({ views: createPostgresAuctionViews(bids.database.pool) }, { id: itemId }),
      );
      if (!read.ok) throw new Error(read.reason);
      return read.value;
    };
    for (;;) {
      const { rows } = await bids.database.pool.query<{ over: boolean }>(
        'SELECT clock_timestamp() >= $1 AS over',
        [end],
      );
      const { status, outcome } = await statusOf();
      // Each value may change between the two reads, but only in one direction.
      if (rows[0]?.over) expect(status).toBe(ItemStatus.ENDED);
      if (outcome !== ItemOutcome.UNSPECIFIED) break;
    }
  });
});

/** The milliseconds since a time of the database's clock. */
async function ageOf(moment: number): Promise<number> {
  const { rows } = await bids.database.pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return (rows[0]?.now.getTime() ?? 0) - moment;
}

/** The current item in the form of a Redis entry. */
async function entryOf(itemId: string) {
  const read = await getItem({ views: createPostgresAuctionViews(bids.database.pool) }, { id: itemId });
  if (!read.ok) throw new Error(read.reason);
  const { auction, asOf } = read.value;
  return {
    version: auction.version,
    asOf: asOf.getTime(),
    until: auction.endAt.getTime(),
    item: new Uint8Array(),
  };
}
