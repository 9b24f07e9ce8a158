import { randomUUID } from 'node:crypto';
import type { CommitStrategy } from '@gavel/consumer-runtime/checkpoint';
import { commitTogether } from '@gavel/consumer-runtime/checkpoint-store';
import { pauseGroup, resumeGroup } from '@gavel/consumer-runtime/consumer-group';
import {
  type RunningConsumer,
  type StartConsumerOptions,
  startConsumer,
} from '@gavel/consumer-runtime/start-consumer';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import {
  bidMessage,
  type ForeignProducer,
  openForeignProducer,
} from '@gavel/consumer-runtime/testing/foreign-producer';
import { createPool } from '@gavel/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { inspectStream, type StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { userStatsConsumer } from '@gavel/user-stats-consumer/consumer';
import { userStatsProcess } from '@gavel/user-stats-consumer/process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requireExtent } from '../streams/extent.ts';
import { parseOffset } from '../streams/offset-spec.ts';
import { executeSeek } from './execute-seek.ts';
import { planSeek } from './plan-seek.ts';
import { prepareSeekRecords, readLastSeek } from './seek-records.ts';
import { planUndo, undoSeek } from './undo-seek.ts';

const GROUP = userStatsConsumer.name;
const [USER, ITEM] = [randomUUID(), randomUUID()];
/** The advisory lock for which a handler waits. */
const GATE = 4711;

// Events count once only, so a test that wants to see events read again first removes the records of handled events.
describe('a seek of a group with a member', () => {
  let database: TestDatabase;
  let producer: ForeignProducer;
  let member: RunningConsumer | undefined;
  let partition = '';
  let published: number;
  let tests = 0;

  beforeAll(async () => {
    producer = await openForeignProducer();
  });
  beforeEach(async () => {
    tests += 1;
    partition = `gavel.bids-seek-${tests}`;
    await producer.client.createStream({ stream: partition, arguments: {} });
    database = await createTestDatabase(userStatsProcess.database.migrations);
    await prepareSeekRecords(database.pool);
    published = 0;
  });
  afterEach(async () => {
    await member?.stop();
    await database.drop();
  });
  afterAll(() => producer.close());

  const publish = async (count: number): Promise<void> => {
    const bids = Array.from({ length: count }, (_, i) =>
      bidMessage({ itemId: ITEM, userId: USER }, published + i + 1),
    );
    published += count;
    await producer.send(partition, bids);
  };
  const start = (options: Partial<StartConsumerOptions> = {}): void => {
    const { streamUrl } = producer.urls;
    member = startConsumer({
      definition: userStatsConsumer,
      pool: database.pool,
      streamUrl,
      partitions: [partition],
      ...options,
    });
  };
  const status = () => member?.status().partitions[0];
  /** The number of bids that were applied, counting each time. */
  const applied = async (): Promise<number> => {
    const { rows } = await database.pool.query<{ bids: number }>(
      'SELECT coalesce(sum(total_bids), 0)::integer AS bids FROM user_stats',
    );
    return rows[0]?.bids ?? 0;
  };
  const hasApplied = (bids: number) => eventually(async () => expect(await applied()).toBe(bids));
  const forgetHandledEvents = () => database.pool.query('DELETE FROM processed_events');
  /** With a connection of its own, as each command has. */
  const inspect = async <T>(work: (inspector: StreamInspector) => Promise<T>): Promise<T> => {
    const inspector = await inspectStream(producer.urls.streamUrl, 'test of seek');
    try {
      return await work(inspector);
    } finally {
      await inspector.close();
    }
  };
  const seek = async (to: string) => {
    const targets = await inspect((inspector) =>
      planSeek(inspector, [partition], new Map(), parseOffset(to)),
    );
    return (await executeSeek(database.pool, GROUP, targets, to)).steps;
  };
  const undo = async (force: boolean) => {
    const record = await readLastSeek(database.pool, GROUP);
    const extent = await inspect((inspector) => requireExtent(inspector, partition));
    const targets = planUndo(GROUP, record, [extent]);
    return undoSeek(database.pool, GROUP, record, targets, force);
  };
  /** Waits until somebody in the database waits for a lock, in a statement with this text. */
  const waitsForLock = (text: string) =>
    eventually(async () => {
      const { rows } = await database.pool.query(
        `SELECT 1 FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND position($1 in query) > 0`,
        [text],
      );
      expect(rows).toHaveLength(1);
    });

  it('is noticed by a member that has nothing to commit', async () => {
    await publish(5);
    start();
    await hasApplied(5);
    await forgetHandledEvents();
    expect(await seek('first')).toMatchObject([{ before: 4n, after: null, readsAgain: 5n }]);
    await hasApplied(10);
  });

  it('waits for a batch that is being committed, and is not overwritten by it', async () => {
    const gate = await database.pool.connect();
    await gate.query('SELECT pg_advisory_lock($1)', [GATE]);
    // Without limits: the statement of the handler waits as long as the test needs.
    const patient = createPool({
      connectionString: database.url,
      applicationName: 'patient',
      answerTimeoutMs: 120_000,
    });
    start({
      pool: patient,
      definition: {
        ...userStatsConsumer,
        async handle(tx, events) {
          await tx.query(
            "SELECT set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true)",
          );
          await tx.query('SELECT pg_advisory_xact_lock_shared($1)', [GATE]);
          await userStatsConsumer.handle(tx, events);
        },
      },
    });
    let seeking: ReturnType<typeof seek>;
    try {
      await publish(5);
      await waitsForLock('pg_advisory_xact_lock_shared');
      await pauseGroup(database.pool, GROUP);
      await eventually(() => expect(status()?.state).toBe('paused'));
      seeking = seek('first');
      await waitsForLock('checkpoints');
    } finally {
      await gate.query('SELECT pg_advisory_unlock($1)', [GATE]);
      gate.release();
    }
    const [step] = await seeking;
    const before = Number(step?.before ?? -1n);
    expect(before).toBeGreaterThanOrEqual(0);
    await eventually(() => expect(status()).toMatchObject({ offset: null, state: 'paused', inMemory: 5 }));
    expect(await applied()).toBe(before + 1);
    await forgetHandledEvents();
    await resumeGroup(database.pool, GROUP);
    await hasApplied(before + 1 + 5);
    await member?.stop();
    await patient.end();
  });

  describe('that comes between the reading of a batch and its commit', () => {
    let reached = Promise.withResolvers<void>();
    let release = Promise.withResolvers<void>();
    /** Commits as in production, but lets the test act after a batch was read and before its transaction begins. */
    const held = (): CommitStrategy => {
      const commit = commitTogether(database.pool);
      return async (move, effect) => {
        reached.resolve();
        await release.promise;
        return commit(move, effect);
      };
    };
    beforeEach(() => {
      reached = Promise.withResolvers();
      release = Promise.withResolvers();
    });

    it('lets the batch apply nothing that was skipped', async () => {
      await publish(5);
      start({ commitStrategy: held() });
      await reached.promise;
      expect(await seek('next')).toMatchObject([{ before: null, after: 4n, skips: 5n }]);
      release.resolve();
      await publish(1);
      await hasApplied(1);
      await eventually(() => expect(status()?.offset).toBe(5n));
    });

    it('reads the batch again after what the seek went back to', async () => {
      await publish(5);
      start();
      await hasApplied(5);
      await member?.stop();
      await publish(5);
      start({ commitStrategy: held() });
      await reached.promise;
      await forgetHandledEvents();
      expect(await seek('first')).toMatchObject([{ before: 4n, after: null, readsAgain: 5n }]);
      release.resolve();
      await hasApplied(15);
      await eventually(() => expect(status()?.offset).toBe(9n));
    });
  });

  it('moves a paused member with messages in hand, commits nothing, and can be undone before the group continues', async () => {
    await publish(2);
    start();
    await hasApplied(2);
    await pauseGroup(database.pool, GROUP);
    await eventually(() => expect(status()?.state).toBe('paused'));
    await publish(3);
    await eventually(() => expect(status()?.inMemory).toBe(3));
    expect(await seek('next')).toMatchObject([{ before: 1n, after: 4n, skips: 3n }]);
    await eventually(() => expect(status()).toMatchObject({ offset: 4n, state: 'paused', held: true }));
    expect(await undo(false)).toMatchObject([{ before: 4n, after: 1n, readsAgain: 3n }]);
    await eventually(() => expect(status()).toMatchObject({ offset: 1n, state: 'paused', inMemory: 3 }));
    expect(await applied()).toBe(2);
    await seek('4');
    await resumeGroup(database.pool, GROUP);
    await hasApplied(3);
    await eventually(() => expect(status()).toMatchObject({ offset: 4n, state: 'running' }));
  });

  it('is not undone without force after the group has read on', async () => {
    await publish(5);
    start();
    await hasApplied(5);
    await seek('first');
    await eventually(async () => {
      const { rows } = await database.pool.query('SELECT last_offset FROM checkpoints');
      expect(rows).toEqual([{ last_offset: 4n }]);
    });
    await expect(undo(false)).rejects.toMatchObject({ reason: 'refused' });
    expect(await undo(true)).toMatchObject([{ before: 4n, after: 4n }]);
  });
});
