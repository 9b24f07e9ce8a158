import { randomUUID } from 'node:crypto';
import { auditor } from '@gavel/auditor-consumer/main';
import { auditorProcess } from '@gavel/auditor-consumer/process';
import {
  type BidsUnderTest,
  type SignedInVisitor,
  startBidsUnderTest,
} from '@gavel/bids-service/testing/bids-under-test';
import { startConsumerProgram } from '@gavel/consumer-runtime/run-consumer';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import {
  bidMessage,
  type ForeignProducer,
  openForeignProducer,
} from '@gavel/consumer-runtime/testing/foreign-producer';
import { startRelay } from '@gavel/outbox/start-relay';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';

const stops: (() => Promise<void> | void)[] = [];
let bids: BidsUnderTest;
let database: TestDatabase;
let producer: ForeignProducer;

beforeAll(async () => {
  [bids, database, producer] = await Promise.all([
    startBidsUnderTest(),
    createTestDatabase(auditorProcess.database.migrations),
    openForeignProducer(inject('infrastructure'), { withStreams: false }),
  ]);
  const { amqpUrl, streamUrl } = producer.urls;
  const relay = startRelay({
    outbox: 'bids',
    databaseUrl: bids.database.url,
    amqpUrl,
    streamUrl,
    retentionSeconds: 3600,
  });
  stops.push(() => relay.stop());
  const config = {
    HOST: '127.0.0.1',
    PORT: 0,
    DATABASE_URL: database.url,
    DATABASE_POOL: 5,
    STREAM_URL: streamUrl,
    BIDS_URL: bids.url,
  };
  await startConsumerProgram(auditor, config, { onStop: (_, stop) => stops.push(stop) });
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
  await bids?.stop();
  await producer?.close();
  await database?.drop();
});

/** An auction of plain bids and maxima by these people; the last bid is 1,000. */
async function hold(seller: SignedInVisitor, bidders: readonly SignedInVisitor[]): Promise<string> {
  const { id: itemId } = await bids.createItem(seller);
  for (const [i, bidder] of bidders.entries()) {
    await bidder.call('PlaceBid', { itemId, amount: String(200 * (i + 1)) });
    await bidder.call('PlaceBid', { itemId, maxAmount: String(200 * (i + 1) + 150) });
  }
  const answer = await bidders[0]?.call('PlaceBid', { itemId, amount: '1000' });
  expect(answer?.status, JSON.stringify(answer?.body)).toBe(200);
  return itemId;
}

const audited = (itemId: string, price: bigint) =>
  eventually(async () => {
    const { rows } = await database.pool.query('SELECT price FROM audited_auctions WHERE item_id = $1', [
      itemId,
    ]);
    expect(rows).toEqual([{ price }]);
  });

const findings = async (itemId: string): Promise<string[]> => {
  const { rows } = await database.pool.query<{ rule: string }>(
    `SELECT rule FROM audit_findings WHERE item_id = $1
     UNION SELECT rule FROM source_differences WHERE item_id = $1 ORDER BY rule`,
    [itemId],
  );
  return rows.map(({ rule }) => rule);
};

it('finds nothing while people bid, and both a planted event and a changed row at once', async () => {
  const [seller, ...bidders] = await Promise.all([1, 2, 3, 4].map(() => bids.newUser()));
  if (seller === undefined) throw new Error('no seller');
  const [sound, forged, changed] = await Promise.all([1, 2, 3].map(() => hold(seller, bidders)));
  if (sound === undefined || forged === undefined || changed === undefined) throw new Error('no auction');
  for (const itemId of [sound, forged, changed]) await audited(itemId, 1_000n);
  expect(await database.pool.query('SELECT * FROM audit_findings')).toMatchObject({ rows: [] });

  const { rows } = await database.pool.query<{ sequence: bigint }>(
    'SELECT sequence FROM audited_auctions WHERE item_id = $1',
    [forged],
  );
  const next = Number(rows[0]?.sequence) + 1;
  const bid = bidMessage(
    {
      itemId: forged,
      userId: randomUUID(),
      amount: 5n,
      currentHighestBid: 5n,
      bidCount: 99n,
      minimumNextBid: 6n,
    },
    next,
  );
  await producer.send(bid.partition, [bid]);
  await bids.database.pool.query('UPDATE items SET highest_bid = highest_bid + 1 WHERE id = $1', [changed]);

  await eventually(async () => {
    expect(await findings(forged)).toEqual(
      expect.arrayContaining(['bid_too_low', 'bid_count_wrong', 'price_fell']),
    );
    expect(await findings(changed)).toEqual(['differs']);
  });
  expect(await findings(sound)).toEqual([]);

  await bids.database.pool.query('UPDATE items SET highest_bid = highest_bid - 1 WHERE id = $1', [changed]);
  await eventually(async () => expect(await findings(changed)).toEqual([]));
});
