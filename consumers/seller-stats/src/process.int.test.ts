import { randomUUID } from 'node:crypto';
import { itRunsAsProcess, useStreamProgram } from '@gavel/consumer-runtime/testing/consumer-program';
import { describe } from 'vitest';
import { auctionClosed } from './testing/auction-closed.ts';

describe('the consumer as a process', () => {
  const program = useStreamProgram(new URL('main.ts', import.meta.url));
  const sellerId = randomUUID();
  itRunsAsProcess(program, {
    name: 'seller-stats',
    migration: 'seller-stats/0001-seller-stats.sql',
    nextEvent: () => auctionClosed({ sellerId }),
    async readCount(pool) {
      const { rows } = await pool.query<{ unsold_count: bigint }>(
        'SELECT unsold_count FROM seller_stats WHERE seller_id = $1',
        [sellerId],
      );
      return rows[0]?.unsold_count;
    },
  });
});
