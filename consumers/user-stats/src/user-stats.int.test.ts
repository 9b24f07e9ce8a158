import { randomUUID } from 'node:crypto';
import { type RunningConsumer, startConsumer } from '@gavel/consumer-runtime/start-consumer';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import {
  bidMessage,
  type EventMessage,
  type ForeignProducer,
  openForeignProducer,
} from '@gavel/consumer-runtime/testing/foreign-producer';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { userStatsConsumer } from './consumer.ts';
import { userStatsProcess } from './process.ts';

describe('user-stats', () => {
  let database: TestDatabase;
  let producer: ForeignProducer;
  let consumer: RunningConsumer;

  beforeAll(async () => {
    [database, producer] = await Promise.all([
      createTestDatabase(userStatsProcess.database.migrations),
      openForeignProducer(),
    ]);
    consumer = startConsumer({
      definition: userStatsConsumer,
      pool: database.pool,
      streamUrl: producer.urls.streamUrl,
    });
  });

  afterAll(async () => {
    await consumer?.stop();
    await producer?.close();
    await database?.drop();
  });

  afterEach(() => database.pool.query('TRUNCATE dead_letters'));

  const publish = async (...messages: EventMessage[]): Promise<void> => {
    for (const message of messages) await producer.send(message.partition, [message]);
  };

  const stats = async (userId: string) => {
    const { rows } = await database.pool.query(
      'SELECT total_bids, total_amount, last_bid_at FROM user_stats WHERE user_id = $1',
      [userId],
    );
    return rows[0];
  };

  const counted = (userId: string, bids: bigint) =>
    eventually(async () => {
      const row = await stats(userId);
      expect(row?.total_bids).toBe(bids);
      return row;
    });

  it('counts bids over all partitions', async () => {
    const userId = randomUUID();
    const items = Array.from({ length: 12 }, () => randomUUID());
    const bids = items.map((itemId, i) => bidMessage({ itemId, userId, amount: BigInt(i + 1) }, 1));
    expect(new Set(bids.map((bid) => bid.partition)).size).toBeGreaterThan(1);
    await publish(...bids);
    expect((await counted(userId, 12n)).total_amount).toBe(78n);
  });

  it('counts each currency by itself, and bids of the first contract, which named none, as US dollars', async () => {
    const [userId, itemId] = [randomUUID(), randomUUID()];
    await publish(
      bidMessage({ itemId, userId, amount: 500n, currency: 'JPY' }, 1),
      bidMessage({ itemId, userId, amount: 20n, currency: 'USD' }, 2),
      bidMessage({ itemId, userId, amount: 3n, currency: '' }, 3),
    );
    await counted(userId, 3n);
    const { rows } = await database.pool.query(
      'SELECT currency, bids, amount FROM user_currency_totals WHERE user_id = $1 ORDER BY currency',
      [userId],
    );
    expect(rows).toEqual([
      { currency: 'JPY', bids: 1n, amount: 500n },
      { currency: 'USD', bids: 2n, amount: 23n },
    ]);
  });

  it('a late event counts, and last_bid_at keeps the newest time', async () => {
    const [userId, itemId] = [randomUUID(), randomUUID()];
    const newest = new Date('2026-05-01T12:00:00.000Z');
    await publish(bidMessage({ itemId, userId, timestamp: newest.toISOString() }, 1));
    await counted(userId, 1n);
    await publish(bidMessage({ itemId, userId, timestamp: '2026-05-01T11:00:00.000Z' }, 2));
    expect((await counted(userId, 2n)).last_bid_at).toEqual(newest);
  });

  it('counts an event once when the stream holds it twice', async () => {
    const [userId, itemId] = [randomUUID(), randomUUID()];
    const bid = bidMessage({ itemId, userId }, 1);
    await producer.send(bid.partition, [bid, bid]);
    await publish(bid, bidMessage({ itemId, userId }, 2));
    await counted(userId, 2n);
  });

  it('parks bids that break a field rule and counts the other bids of the same item', async () => {
    const [userId, itemId] = [randomUUID(), randomUUID()];
    const bad = [
      bidMessage({ itemId, userId: 'nobody' }, 1),
      bidMessage({ itemId, userId, amount: -5n }, 2),
      bidMessage({ itemId, userId, timestamp: 'yesterday' }, 3, { time: new Date().toISOString() }),
    ];
    const partition = bad[0]?.partition ?? '';
    await producer.send(partition, [...bad, bidMessage({ itemId, userId }, 4)]);
    await counted(userId, 1n);
    const { rows } = await database.pool.query(
      'SELECT event_id, reason, error FROM dead_letters ORDER BY id',
    );
    expect(rows).toEqual(
      [
        'user_id: must be a valid UUID [string.uuid]',
        'amount: must be greater than 0 [int64.gt]',
        'timestamp: must be a UTC time in ISO 8601 form, for example 2026-01-02T03:04:05.678Z [string.instant]',
      ].map((error, i) => ({ event_id: bad[i]?.envelope.id, reason: 'invalid_event', error })),
    );
  });
});
