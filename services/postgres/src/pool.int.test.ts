import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPool, type Pool } from './pool.ts';
import { classify, sqlState } from './sqlstate.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { transaction } from './transaction.ts';

const ANSWER_MS = 1_500;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase([]);
  await database.pool.query('CREATE TABLE things (name text PRIMARY KEY)');
});
afterAll(() => database.drop());

/** A network between a pool and the server that can begin to drop all data without closing a connection. */
async function openNetwork(target: URL) {
  const pairs: [Socket, Socket][] = [];
  const sockets: Socket[] = [];
  let dropped = '';
  const server: Server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) socket.on('error', () => socket.destroy());
    near.pipe(far).pipe(near);
    pairs.push([near, far]);
    sockets.push(near, far);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    /** From now on the data of the present connections is dropped. New connections work. */
    dropData() {
      for (const [near, far] of pairs.splice(0)) {
        near.unpipe(far).on('data', (bytes: Buffer) => {
          dropped += bytes.toString('latin1');
        });
        near.resume();
        far.unpipe(near).resume();
      }
    },
    /** What the pool has sent since then. */
    dropped: () => dropped,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

describe('a network that drops everything without a reset', () => {
  let network: Awaited<ReturnType<typeof openNetwork>>;
  let pool: Pool;
  beforeEach(async () => {
    network = await openNetwork(new URL(database.url));
    pool = createPool({
      connectionString: network.url,
      applicationName: 'short-timeouts',
      max: 1,
      answerTimeoutMs: ANSWER_MS,
    });
    await pool.query('SELECT 1');
  });
  afterEach(async () => {
    await pool.end();
    network.close();
  });

  it('makes a query fail as a lost connection, and the next query uses a new connection', async () => {
    network.dropData();
    const error = await pool.query('SELECT 1').catch((cause: unknown) => cause);
    expect(classify(error)).toBe('connection');
    expect((await pool.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }]);
  });

  it('makes a transaction fail after one timeout, without a second one for ROLLBACK', async () => {
    const started = performance.now();
    const work = transaction(pool, async (tx) => {
      await tx.query(`INSERT INTO things VALUES ('lost')`);
      network.dropData();
      await tx.query('SELECT 1');
    });
    await expect(work).rejects.toThrow('Query read timeout');
    expect(performance.now() - started).toBeLessThan(2 * ANSWER_MS);
    expect(network.dropped()).toContain('SELECT 1');
    expect(network.dropped()).not.toContain('ROLLBACK');
    const { rows } = await pool.query(`SELECT 1 FROM things WHERE name = 'lost'`);
    expect(rows).toEqual([]);
  });
});

describe('a pool with a lock timeout', () => {
  it('waits that long for a lock', async () => {
    const pool = createPool({
      connectionString: database.url,
      applicationName: 'lock-timeout',
      lockTimeoutMs: 50,
    });
    const error = await transaction(database.pool, async (tx) => {
      await tx.query('LOCK TABLE things');
      return pool.query('SELECT 1 FROM things').catch((cause: unknown) => cause);
    });
    expect(sqlState(error)).toBe('55P03');
    expect(classify(error)).toBe('conflict');
    await pool.end();
  });
});

it('gives the locks of a process that stopped inside a transaction back after 10 seconds', async () => {
  const database = await createTestDatabase([]);
  const pool = createPool({ connectionString: database.url, applicationName: 'frozen', max: 1 });
  const client = await pool.connect();
  const ended = new Promise<Error>((resolve) => client.once('error', resolve));
  const began = performance.now();
  await client.query('BEGIN');
  expect(await ended).toMatchObject({ code: '25P03' });
  expect(performance.now() - began).toBeLessThan(15_000);
  client.release(true);
  await pool.end();
  await database.drop();
}, 40_000);
