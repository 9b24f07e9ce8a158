import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { userStatsProcess } from '@gavel/user-stats-consumer/process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Extent } from '../streams/extent.ts';
import { executeSeek } from './execute-seek.ts';
import { type SeekStep, toStep } from './plan-seek.ts';
import { readLastSeek } from './seek-records.ts';
import { planUndo, undoSeek } from './undo-seek.ts';

const GROUP = 'user-stats';
const [P0, P1] = ['gavel.bids-0', 'gavel.bids-1'] as const;
const extent = (partition: string, first = 0n): Extent => ({
  partition,
  first,
  next: 100n,
  newestChunk: 90n,
  oldestAt: 0,
  newestAt: 0,
});

describe('undoing a seek', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase(userStatsProcess.database.migrations);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    const { pool } = database;
    await pool.query('DELETE FROM checkpoints; DELETE FROM consumer_members');
    await pool.query(
      `INSERT INTO checkpoints (consumer, stream_partition, last_offset) VALUES ($1, $2, 41), ($1, $3, NULL)`,
      [GROUP, P0, P1],
    );
  });

  const offsets = async (): Promise<(bigint | null)[]> => {
    const { rows } = await database.pool.query<{ at: bigint | null }>(
      'SELECT last_offset AS at FROM checkpoints ORDER BY stream_partition',
    );
    return rows.map(({ at }) => at);
  };
  const seek = (...to: readonly (bigint | null)[]): Promise<bigint> => {
    const steps: SeekStep[] = [
      toStep(extent(P0), 41n, to[0] ?? null),
      toStep(extent(P1), null, to[1] ?? null),
    ];
    return executeSeek(database.pool, GROUP, steps, 'an offset');
  };
  const undo = async (force = false): Promise<void> =>
    undoSeek(database.pool, GROUP, await readLastSeek(database.pool, GROUP), force);
  const refused = (message: RegExp) => ({ reason: 'refused', message: expect.stringMatching(message) });

  it('restores every checkpoint, also one that was empty, and works once', async () => {
    await seek(9n, 7n);
    expect(await offsets()).toEqual([9n, 7n]);
    const record = await readLastSeek(database.pool, GROUP);
    await undo();
    expect(await offsets()).toEqual([41n, null]);
    await expect(undoSeek(database.pool, GROUP, record, true)).rejects.toMatchObject(
      refused(/already undone by somebody else/),
    );
    await expect(readLastSeek(database.pool, GROUP)).rejects.toMatchObject({ reason: 'notFound' });
  });

  it('is refused if the group has read on in one partition, unless forced', async () => {
    await seek(9n, 7n);
    await database.pool.query('UPDATE checkpoints SET last_offset = 12 WHERE stream_partition = $1', [P1]);
    await expect(undo()).rejects.toMatchObject(refused(/gavel.bids-1 is 12, no longer 7/));
    expect(await offsets()).toEqual([9n, 12n]);
    await undo(true);
    expect(await offsets()).toEqual([41n, null]);
  });

  it('is refused while a member is active, forced or not', async () => {
    await seek(9n, 7n);
    await database.pool.query(
      `INSERT INTO consumer_members (consumer, member, host, pid, partitions) VALUES ($1, $2, 'vm', 17, '{}')`,
      [GROUP, randomUUID()],
    );
    for (const force of [false, true]) {
      await expect(undo(force)).rejects.toMatchObject(refused(/1 active member: vm:17/));
    }
    expect(await offsets()).toEqual([9n, 7n]);
    await database.pool.query('DELETE FROM consumer_members');
    await undo();
  });

  it('is refused if retention has removed the earlier offset, forced or not', async () => {
    await seek(90n, 7n);
    const record = await readLastSeek(database.pool, GROUP);
    const now = new Map([[P0, { offset: 90n }]]);
    expect(() => planUndo(GROUP, record, [extent(P0, 43n), extent(P1, 43n)], now)).toThrow(
      /retention has removed offset 42/,
    );
    expect(planUndo(GROUP, record, [extent(P0, 42n), extent(P1, 42n)], now)).toMatchObject([
      { partition: P0, before: 90n, after: 41n, readsAgain: 49n },
      { partition: P1, after: null },
    ]);
    await undo();
  });

  it('a seek is refused if a checkpoint has moved since the plan', async () => {
    await database.pool.query('UPDATE checkpoints SET last_offset = 42 WHERE stream_partition = $1', [P0]);
    await expect(seek(9n, 7n)).rejects.toMatchObject(refused(/gavel.bids-0 has moved since the plan/));
    expect(await offsets()).toEqual([42n, null]);
  });
});
