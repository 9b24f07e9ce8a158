import { randomUUID } from 'node:crypto';
import { type RunningConsumer, startConsumer } from '@gavel/consumer-runtime/start-consumer';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import {
  type EventMessage,
  type ForeignProducer,
  openForeignProducer,
} from '@gavel/consumer-runtime/testing/foreign-producer';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sellerStatsConsumer } from './consumer.ts';
import { sellerStatsProcess } from './process.ts';
import { auctionClosed, auctionSold } from './testing/auction-closed.ts';

describe('seller-stats', () => {
  let database: TestDatabase;
  let producer: ForeignProducer;
  let consumer: RunningConsumer;

  beforeAll(async () => {
    [database, producer] = await Promise.all([
      createTestDatabase(sellerStatsProcess.database.migrations),
      openForeignProducer(),
    ]);
    consumer = startConsumer({
      definition: sellerStatsConsumer,
      pool: database.pool,
      streamUrl: producer.urls.streamUrl,
    });
  });

  afterAll(async () => {
    await consumer?.stop();
    await producer?.close();
    await database?.drop();
  });

  const publish = async (...messages: EventMessage[]): Promise<void> => {
    for (const message of messages) await producer.send(message.partition, [message]);
  };

  const counted = (sellerId: string, sold: bigint, unsold: bigint) =>
    eventually(async () => {
      const { rows } = await database.pool.query(
        'SELECT sold_count, unsold_count FROM seller_stats WHERE seller_id = $1',
        [sellerId],
      );
      expect(rows).toEqual([{ sold_count: sold, unsold_count: unsold }]);
    });

  const totals = async (sellerId: string) => {
    const { rows } = await database.pool.query(
      'SELECT currency, amount FROM seller_currency_totals WHERE seller_id = $1 ORDER BY currency',
      [sellerId],
    );
    return rows;
  };

  it('counts sold and unsold auctions of each seller', async () => {
    const [seller, other] = [randomUUID(), randomUUID()];
    await publish(
      auctionSold(seller, 'EUR', 100n),
      auctionClosed({ sellerId: seller, outcome: ItemOutcome.NO_BIDS }),
      auctionClosed({ sellerId: seller, outcome: ItemOutcome.RESERVE_NOT_MET, bidCount: 3n }),
      auctionSold(other, 'EUR', 7n),
    );
    await counted(seller, 1n, 2n);
    await counted(other, 1n, 0n);
    expect(await totals(seller)).toEqual([{ currency: 'EUR', amount: 100n }]);
  });

  it('counts auctions over all partitions', async () => {
    const sellerId = randomUUID();
    const auctions = Array.from({ length: 12 }, (_, i) => auctionSold(sellerId, 'EUR', BigInt(i + 1)));
    expect(new Set(auctions.map(({ partition }) => partition)).size).toBeGreaterThan(1);
    await publish(...auctions);
    await counted(sellerId, 12n, 0n);
    expect(await totals(sellerId)).toEqual([{ currency: 'EUR', amount: 78n }]);
  });

  it('counts each currency by itself, also beyond the precision of a double', async () => {
    const sellerId = randomUUID();
    await publish(
      auctionSold(sellerId, 'JPY', 500n),
      auctionSold(sellerId, 'USD', 9_007_199_254_740_993n),
      auctionSold(sellerId, 'USD', 20n),
    );
    await counted(sellerId, 3n, 0n);
    expect(await totals(sellerId)).toEqual([
      { currency: 'JPY', amount: 500n },
      { currency: 'USD', amount: 9_007_199_254_741_013n },
    ]);
  });

  it('counts an event that comes late', async () => {
    const sellerId = randomUUID();
    await publish(auctionClosed({ sellerId, closedAt: '2026-05-01T12:00:00.000Z' }));
    await counted(sellerId, 0n, 1n);
    await publish(auctionClosed({ sellerId, closedAt: '2026-05-01T11:00:00.000Z' }));
    await counted(sellerId, 0n, 2n);
  });

  it('counts an event once when the stream holds it twice', async () => {
    const sellerId = randomUUID();
    const sold = auctionSold(sellerId, 'EUR', 40n);
    await producer.send(sold.partition, [sold, sold]);
    await publish(sold, auctionClosed({ sellerId }));
    await counted(sellerId, 1n, 1n);
    expect(await totals(sellerId)).toEqual([{ currency: 'EUR', amount: 40n }]);
  });

  it('parks an auction that breaks a rule of its contract and counts the next one', async () => {
    const sellerId = randomUUID();
    const bad = [
      auctionClosed({ sellerId: 'nobody' }),
      auctionClosed({ sellerId, outcome: ItemOutcome.UNSPECIFIED }),
      auctionClosed({ sellerId, outcome: ItemOutcome.SOLD, winnerId: randomUUID() }),
    ];
    await publish(...bad, auctionClosed({ sellerId }));
    await counted(sellerId, 0n, 1n);
    const { rows } = await eventually(async () => {
      const result = await database.pool.query('SELECT event_id, reason, error FROM dead_letters');
      expect(result.rows).toHaveLength(bad.length);
      return result;
    });
    const errors = [
      'seller_id: must be a valid UUID [string.uuid]',
      'outcome: must not be in list [0] [enum.not_in]',
      'winning_amount: a sold item has an amount above 0 [auction_closed.winning_amount]',
    ];
    expect(new Set(rows)).toEqual(
      new Set(errors.map((error, i) => ({ event_id: bad[i]?.envelope.id, reason: 'invalid_event', error }))),
    );
  });
});
