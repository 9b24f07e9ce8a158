import { randomUUID } from 'node:crypto';
import { itRunsAsProcess, useStreamProgram } from '@gavel/consumer-runtime/testing/consumer-program';
import { bidMessage } from '@gavel/consumer-runtime/testing/foreign-producer';
import { describe } from 'vitest';

describe('the consumer as a process', () => {
  const program = useStreamProgram(new URL('main.ts', import.meta.url), ({ redisUrl }) => ({
    REDIS_URL: redisUrl,
    REDIS_PREFIX: `test-${randomUUID()}:`,
  }));
  const userId = randomUUID();
  itRunsAsProcess(program, {
    name: 'leaderboard',
    migration: 'leaderboard/0001-leaderboards.sql',
    nextEvent: () => bidMessage({ itemId: randomUUID(), userId }, 1),
    async readCount(pool) {
      const { rows } = await pool.query<{ bids: bigint | null }>(
        'SELECT sum(bid_count)::int8 AS bids FROM auction_bidders WHERE user_id = $1',
        [userId],
      );
      return rows[0]?.bids ?? undefined;
    },
  });
});
