import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { connectRedis } from '@gavel/service-runtime/redis';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { createPostgresBoardSource } from './adapters/postgres/postgres-board-source.ts';
import { createRedisBoardStore } from './adapters/redis/redis-board-store.ts';
import { keepBoards } from './application/keep-boards.ts';
import type { BoardSource, BoardStore, Keeping } from './application/ports.ts';
import { leaderboardProcess } from './process.ts';

let database: TestDatabase;
let redis: Redis;
let source: BoardSource;
let store: BoardStore;
const [one, other] = [randomUUID(), randomUUID()];

beforeAll(async () => {
  database = await createTestDatabase(leaderboardProcess.database.migrations);
  redis = await connectRedis({ url: inject('infrastructure').redisUrl, meanwhile: 'the test fails' });
  source = createPostgresBoardSource(database.pool);
});
beforeEach(async () => {
  store = createRedisBoardStore(redis, `test-${randomUUID()}:`);
  await database.pool.query(`UPDATE board_keeper SET holder = NULL, held_until = '-infinity'`);
});
afterAll(async () => {
  redis?.disconnect();
  await database?.drop();
});

const expire = () => database.pool.query('UPDATE board_keeper SET held_until = now()');

async function mustKeep(holder: string): Promise<Keeping> {
  const keeping = await source.keep(holder);
  if (keeping === undefined) throw new Error('another member keeps the boards');
  return keeping;
}

it('one member keeps the boards; another takes over with a higher fence when it stops extending', async () => {
  const first = await mustKeep(one);
  expect(await source.keep(one)).toEqual(first);
  expect(await source.keep(other)).toBeUndefined();
  await expire();
  const second = await mustKeep(other);
  expect(second.fence).toBeGreaterThan(first.fence);
  expect(await source.keep(one)).toBeUndefined();
  await source.release(other);
  expect((await mustKeep(one)).fence).toBeGreaterThan(second.fence);
});

it('a keeper that was frozen cannot write after another member took over', async () => {
  const sleeper = await mustKeep(one);
  expect(await keepBoards(source, store, one)).toMatchObject({ kind: 'kept', rebuilt: true });
  const look = await store.look(sleeper);
  if (look.kind !== 'whole') throw new Error(look.kind);
  await expire();
  await keepBoards(source, store, other);
  const boards = { auctions: [], sellers: [{ sellerId: randomUUID(), soldCount: 1n }] };
  expect(await store.write(sleeper, look.token, boards)).toBe('fenced');
  expect(await store.look(sleeper)).toEqual({ kind: 'fenced' });
  expect(await store.begin(sleeper, randomUUID(), new Date())).toBe('fenced');
});

it('a change that happens while an earlier state is written stays listed', async () => {
  const itemId = randomUUID();
  const note = () =>
    database.pool.query(
      `INSERT INTO board_changes VALUES ('auction', $1, nextval('board_change'))
       ON CONFLICT (board, key) DO UPDATE SET change = excluded.change`,
      [itemId],
    );
  await keepBoards(source, store, one);
  await note();
  const late: BoardStore = {
    ...store,
    async write(...args) {
      await note();
      return store.write(...args);
    },
  };
  expect(await keepBoards(source, late, one)).toMatchObject({ kind: 'kept', written: 1 });
  expect(await keepBoards(source, store, one)).toMatchObject({ kind: 'kept', written: 1 });
  expect(await keepBoards(source, store, one)).toMatchObject({ kind: 'kept', written: 0 });
});

it('a batch that is not committed yet blocks no write, and its change is written afterwards', async () => {
  await keepBoards(source, store, one);
  const itemId = randomUUID();
  const note = `INSERT INTO board_changes VALUES ('auction', $1, nextval('board_change'))
    ON CONFLICT (board, key) DO UPDATE SET change = excluded.change`;
  await database.pool.query(note, [itemId]);
  const batch = await database.pool.connect();
  try {
    await batch.query('BEGIN');
    await batch.query(note, [itemId]);
    expect(await keepBoards(source, store, one)).toMatchObject({ kind: 'kept', written: 1 });
    await batch.query('COMMIT');
  } finally {
    batch.release();
  }
  expect(await keepBoards(source, store, one)).toMatchObject({ kind: 'kept', written: 1 });
  expect(await keepBoards(source, store, one)).toMatchObject({ kind: 'kept', written: 0 });
});

it('when Redis is emptied during a write or a build, the next round builds the boards again', async () => {
  await keepBoards(source, store, one);
  await database.pool.query(`INSERT INTO board_changes VALUES ('seller', $1, 1)`, [randomUUID()]);
  await database.pool.query('INSERT INTO sellers VALUES ($1, 1)', [randomUUID()]);
  const keeping = await mustKeep(one);
  const emptied: BoardStore = {
    ...store,
    async write(_, token, boards) {
      return store.write(keeping, `gone-${token}`, boards);
    },
  };
  expect(await keepBoards(source, emptied, one)).toEqual({ kind: 'interrupted' });
  const elsewhere = createRedisBoardStore(redis, `test-${randomUUID()}:`);
  expect(await keepBoards(source, { ...elsewhere, write: emptied.write }, one)).toEqual({
    kind: 'interrupted',
  });
  expect(await keepBoards(source, elsewhere, one)).toMatchObject({ kind: 'kept', rebuilt: true });
});
