import type { Extent } from '@gavel/consumer-runtime/extent';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { userStatsProcess } from '@gavel/user-stats-consumer/process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { executeSeek } from './execute-seek.ts';
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
    await pool.query('DELETE FROM checkpoints');
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
  const extents = [extent(P0), extent(P1)];
  const seek = (...to: readonly (bigint | null)[]) =>
    executeSeek(
      database.pool,
      GROUP,
      extents.map((each, i) => ({ extent: each, after: to[i] ?? null })),
      'an offset',
    );
  const undo = async (force = false) => {
    const record = await readLastSeek(database.pool, GROUP);
    return undoSeek(database.pool, GROUP, record, planUndo(GROUP, record, extents), force);
  };
  const refused = (message: RegExp) => ({ reason: 'refused', message: expect.stringMatching(message) });

  it('restores every checkpoint, also one that was empty, and works once', async () => {
    await seek(9n, 7n);
    expect(await offsets()).toEqual([9n, 7n]);
    const record = await readLastSeek(database.pool, GROUP);
    expect(await undo()).toMatchObject([
      { partition: P0, before: 9n, after: 41n, skips: 32n },
      { partition: P1, before: 7n, after: null, readsAgain: 8n },
    ]);
    expect(await offsets()).toEqual([41n, null]);
    await expect(undoSeek(database.pool, GROUP, record, [], true)).rejects.toMatchObject(
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

  it('is refused if retention has removed the earlier offset, forced or not', async () => {
    await seek(90n, 7n);
    const record = await readLastSeek(database.pool, GROUP);
    expect(() => planUndo(GROUP, record, [extent(P0, 43n), extent(P1, 43n)])).toThrow(
      /retention has removed offset 42/,
    );
    expect(planUndo(GROUP, record, [extent(P0, 42n), extent(P1, 42n)])).toMatchObject([
      { after: 41n },
      { after: null },
    ]);
    await undo();
  });

  it('a seek starts from the checkpoints as they are, also if they have moved since its plan', async () => {
    await database.pool.query('UPDATE checkpoints SET last_offset = 42 WHERE stream_partition = $1', [P0]);
    expect((await seek(9n, 7n)).steps).toMatchObject([{ before: 42n, after: 9n }, { before: null }]);
    await undo();
    expect(await offsets()).toEqual([42n, null]);
  });
});
