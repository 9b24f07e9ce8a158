import { randomUUID } from 'node:crypto';
import { itRunsAsProcess, useStreamProgram } from '@gavel/consumer-runtime/testing/consumer-program';
import { bidMessage } from '@gavel/consumer-runtime/testing/foreign-producer';
import { describe } from 'vitest';

describe('the auditor as a process', () => {
  // Nobody answers there: the auditor still reads the stream and is ready.
  const program = useStreamProgram(new URL('main.ts', import.meta.url), () => ({
    BIDS_URL: 'http://127.0.0.1:9',
  }));
  const itemId = randomUUID();
  let sequence = 1;
  itRunsAsProcess(program, {
    name: 'auditor',
    migration: 'auditor/0001-auditor.sql',
    nextEvent() {
      sequence += 1;
      return bidMessage({ itemId, userId: randomUUID(), amount: BigInt(sequence) * 100n }, sequence);
    },
    async readCount(pool) {
      const { rows } = await pool.query<{ seen: bigint }>(
        'SELECT sequence - 1 AS seen FROM audited_auctions WHERE item_id = $1',
        [itemId],
      );
      return rows[0]?.seen;
    },
  });
});
