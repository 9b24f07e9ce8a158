import { randomUUID } from 'node:crypto';
import { type RunningConsumer, startConsumer } from '@gavel/consumer-runtime/start-consumer';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import {
  bidMessage,
  type ForeignProducer,
  openForeignProducer,
} from '@gavel/consumer-runtime/testing/foreign-producer';
import { createPool } from '@gavel/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { transaction } from '@gavel/postgres/transaction';
import { userStatsConsumer } from '@gavel/user-stats-consumer/consumer';
import { userStatsProcess } from '@gavel/user-stats-consumer/process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KnownGroup } from '../groups/known-groups.ts';
import { prepareSeekRecords, readLastSeek, recordSeek } from '../groups/seek-records.ts';
import { readFromStart } from './read-from-start.ts';

const PARTITION = 'gavel.bids-refilled';
const group: KnownGroup = {
  name: userStatsConsumer.name,
  stream: 'gavel.bids',
  definition: async () => userStatsConsumer,
  subscriptions: async () => [userStatsConsumer.subscription],
  database: 'gavel_stats',
};

describe('a group after the refill of a partition', () => {
  let database: TestDatabase;
  let producer: ForeignProducer;
  let member: RunningConsumer | undefined;

  beforeAll(async () => {
    [database, producer] = await Promise.all([
      createTestDatabase(userStatsProcess.database.migrations),
      openForeignProducer(),
    ]);
    await prepareSeekRecords(database.pool);
  });
  afterAll(async () => {
    await member?.stop();
    await producer.close();
    await database.drop();
  });

  const applied = async () => {
    const { rows } = await database.pool.query<{ bids: number }>(
      'SELECT coalesce(sum(total_bids), 0)::integer AS bids FROM user_stats',
    );
    return rows[0]?.bids;
  };
  const status = () => member?.status().partitions[0];

  it('reads it from the start while it is running, and applies only what is new to it', async () => {
    const { client, send, urls } = producer;
    const { pool } = database;
    const [itemId, userId] = [randomUUID(), randomUUID()];
    const bids = [1, 2, 3, 4].map((sequence) => bidMessage({ itemId, userId }, sequence));
    await client.createStream({ stream: PARTITION, arguments: {} });
    await send(PARTITION, bids.slice(0, 3));
    const partitions = [PARTITION];
    const { streamUrl } = urls;
    member = startConsumer({ definition: userStatsConsumer, pool, streamUrl, partitions, graceMs: 0 });
    await eventually(async () => expect(await applied()).toBe(3));

    // Postgres no longer has the first event, so the others have lower offsets in the new stream.
    await client.deleteStream({ stream: PARTITION });
    await client.createStream({ stream: PARTITION, arguments: {} });
    await send(PARTITION, bids.slice(1));
    await eventually(() => expect(status()?.state).toBe('refused'));
    expect(await readFromStart({ pool: () => pool }, [group], PARTITION)).toEqual({
      groups: ['user-stats'],
      failed: [],
    });
    await eventually(() => expect(status()).toMatchObject({ state: 'running', offset: 2n }));
    expect(await applied()).toBe(4);
  });

  it('cannot undo a seek from before', async () => {
    const { pool } = database;
    const step = { partition: PARTITION, before: 1n, after: 2n, readsAgain: 0n, skips: 0n };
    await transaction(pool, (tx) => recordSeek(tx, group.name, [step], 'an offset'));
    expect(await readLastSeek(pool, group.name)).toMatchObject({ target: 'an offset' });
    await readFromStart({ pool: () => pool }, [group], PARTITION);
    await expect(readLastSeek(pool, group.name)).rejects.toMatchObject({ reason: 'notFound' });
  });

  it('is reported when its database does not answer, and the other groups read from the start', async () => {
    const silent = createPool({
      connectionString: 'postgresql://u:p@127.0.0.1:1/none',
      applicationName: 'test',
    });
    const other: KnownGroup = { ...group, name: 'other', database: 'gavel_leaderboard' };
    const session = { pool: (name: string) => (name === 'gavel_leaderboard' ? silent : database.pool) };
    expect(await readFromStart(session, [other, group], PARTITION)).toEqual({
      groups: ['user-stats'],
      failed: [{ group: 'other', partition: PARTITION, problem: expect.stringContaining('ECONNREFUSED') }],
    });
    await silent.end();
  });
});
