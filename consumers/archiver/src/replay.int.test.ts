import { compareShadow } from '@gavel/consumer-runtime/compare-shadow';
import { consumerRuntimeMigrations } from '@gavel/consumer-runtime/consumer-process';
import { createShadow } from '@gavel/consumer-runtime/create-shadow';
import { defineConsumer } from '@gavel/consumer-runtime/define-consumer';
import { fillShadow } from '@gavel/consumer-runtime/fill-shadow';
import { startConsumer } from '@gavel/consumer-runtime/start-consumer';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import { bidMessage, type EventMessage, uuidv7 } from '@gavel/consumer-runtime/testing/foreign-producer';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { createStreamSource } from '@gavel/rabbitmq/stream-source';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHistorySource } from './history/history-source.ts';
import { useArchiveFixture } from './testing/archive-fixture.ts';

describe('a replay from the archive', () => {
  const fixture = useArchiveFixture();
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase([consumerRuntimeMigrations]);
    await database.pool.query('CREATE TABLE totals (item_id text PRIMARY KEY, events bigint NOT NULL)');
  });
  afterAll(() => database?.drop());

  const counting = (name: string) =>
    defineConsumer({
      name,
      stream: 'gavel.bids',
      subscription: 'gavel.bids.bid_placed.*',
      types: [BidPlacedSchema],
      onFailure: { laterEvents: 'wait' },
      projection: { tables: ['totals'] },
      async handle(tx, events) {
        await tx.query(
          `INSERT INTO totals AS t SELECT id, count(*) FROM unnest($1::text[]) id GROUP BY id ORDER BY id
           ON CONFLICT (item_id) DO UPDATE SET events = t.events + excluded.events`,
          [events.map(({ body }) => body.itemId)],
        );
      },
    });
  const items = Array.from({ length: 5 }, () => uuidv7());
  const bids = (count: number): EventMessage[] =>
    Array.from({ length: count }, (_, i) =>
      bidMessage({ itemId: items[i % items.length] ?? '', userId: uuidv7() }, i + 1),
    );
  const startLive = (definition: ReturnType<typeof counting>, partition: string) =>
    startConsumer({
      definition,
      pool: database.pool,
      streamUrl: fixture.producer.urls.streamUrl,
      partitions: [partition],
    });
  const committed = (name: string, last: bigint) =>
    eventually(async () => {
      const { rows } = await database.pool.query('SELECT last_offset FROM checkpoints WHERE consumer = $1', [
        name,
      ]);
      expect(rows).toEqual([{ last_offset: last }]);
    });
  const fill = (definition: ReturnType<typeof counting>, partition: string, end: bigint) =>
    fillShadow({
      definition,
      databaseUrl: database.url,
      streamUrl: fixture.producer.urls.streamUrl,
      ends: new Map([[partition, end]]),
      openSource: () =>
        createHistorySource(fixture.archive, createStreamSource(fixture.producer.urls.streamUrl, 'replay')),
    });
  const events = async () => {
    const { rows } = await database.pool.query<{ events: bigint }>(
      'SELECT sum(events)::bigint AS events FROM totals',
    );
    return rows[0]?.events;
  };

  it('equals the projection that saw everything, after retention has truncated the stream', async () => {
    const partition = 'replayed-truncated';
    const definition = counting('truncated');
    await database.pool.query('TRUNCATE totals');
    await fixture.createPartition(partition, {
      'max-length-bytes': 20_000,
      'stream-max-segment-size-bytes': 10_000,
    });
    const live = startLive(definition, partition);
    fixture.start(partition);
    let sent = 0n;
    const firstOffset = async () =>
      (await fixture.producer.client.streamStatsRequest(partition)).firstChunkId;
    while ((await firstOffset()) <= 0n) {
      await fixture.producer.send(partition, bids(20));
      sent += 20n;
      await fixture.archivedUpTo(partition, sent - 1n);
      await committed(definition.name, sent - 1n);
    }
    await live.stop();
    expect(await events()).toBe(sent);

    const ranges = [{ partition, from: 0n, until: null }];
    await createShadow(database.pool, definition, ranges);
    await expect(
      fillShadow({
        definition,
        databaseUrl: database.url,
        streamUrl: fixture.producer.urls.streamUrl,
        ends: new Map([[partition, sent - 1n]]),
      }),
    ).rejects.toThrow('retention has removed everything before');
    await fill(definition, partition, sent - 1n);
    const { tables, atOneOffset } = await compareShadow(database.pool, definition);
    expect(atOneOffset).toBe(true);
    expect(tables).toEqual([
      expect.objectContaining({ liveRows: 5, replayedRows: 5, onlyLive: 0, onlyReplayed: 0, changed: 0 }),
    ]);
  });

  it('counts events once that a refill has published again in a recreated stream', async () => {
    const partition = 'replayed-recreated';
    const definition = counting('recreated');
    await database.pool.query('TRUNCATE totals');
    await fixture.createPartition(partition);
    const older = bids(6);
    await fixture.producer.send(partition, older);
    const before = startLive(definition, partition);
    const archiver = fixture.start(partition);
    await fixture.archivedUpTo(partition, 5n);
    await committed(definition.name, 5n);
    await before.stop();
    await archiver.stop();

    await fixture.producer.client.deleteStream({ stream: partition });
    await fixture.createPartition(partition);
    await fixture.producer.send(partition, [...older.slice(2), ...bids(3)]);
    fixture.start(partition, { graceMs: 0 });
    await fixture.archivedUpTo(partition, 6n);
    // As `gavel groups seek --to first` does.
    await database.pool.query(
      'UPDATE checkpoints SET last_offset = NULL, seen_offset = NULL, seen_message = NULL WHERE consumer = $1',
      [definition.name],
    );
    const after = startLive(definition, partition);
    await committed(definition.name, 6n);
    await after.stop();
    expect(await events()).toBe(9n);

    await createShadow(database.pool, definition, [{ partition, from: -6n, until: null }]);
    await fill(definition, partition, 6n);
    const { tables, atOneOffset } = await compareShadow(database.pool, definition);
    expect(atOneOffset).toBe(true);
    expect(tables).toEqual([
      expect.objectContaining({ onlyLive: 0, onlyReplayed: 0, changed: 0, replayedRows: 5 }),
    ]);
  });
});
