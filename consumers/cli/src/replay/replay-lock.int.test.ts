import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asOnlyReplay } from './replay-lock.ts';

describe('two replays', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase([]);
  });
  afterAll(() => database.drop());

  const replay = (group: string, work: () => Promise<unknown> = async () => 'done') =>
    asOnlyReplay(database.pool, group, work);

  it('of one group: the second is refused with a sentence that names the session of the first', async () => {
    const outcome = await replay('user-stats', async () => {
      await expect(replay('user-stats')).rejects.toMatchObject({
        reason: 'refused',
        message: expect.stringMatching(
          /^another replay of user-stats is running since [\d-]+T[\d:.]+Z, in database session \d+$/,
        ),
        wayOut: expect.stringContaining('Ctrl-C'),
      });
      return 'first';
    });
    expect(outcome).toBe('first');
  });

  it('of two groups run at once', async () => {
    await replay('user-stats', async () => {
      expect(await replay('leaderboard')).toBe('done');
    });
  });

  it('of one group run one after the other, also after one that failed', async () => {
    await expect(replay('user-stats', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await replay('user-stats')).toBe('done');
  });
});
