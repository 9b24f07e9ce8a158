import type { Logger } from '@gavel/observability/logger';
import type { Pool } from '@gavel/postgres/pool';
import { isTransient } from '@gavel/postgres/sqlstate';
import type { Running } from '@gavel/resilience';
import { dropPartitions } from './drop-partitions.ts';
import { makePartitions } from './make-partitions.ts';

export interface PartitionKeeper extends Running {
  /** Checks the partitions now. They are also checked every half minute. */
  check(): void;
}

const CHECK_MS = 30_000;
// About 100 MB per partition with bodies of 200 bytes.
const PARTITION_ROWS = 250_000;

/** Makes partitions in advance and drops old ones, as long as this relay is the active one. */
export function startPartitionKeeper(
  pool: Pool,
  options: {
    rows: number | undefined;
    checkMs: number | undefined;
    retentionSeconds: number;
    isActive: () => boolean;
    log: Logger;
  },
): PartitionKeeper {
  let running: Promise<void> | undefined;

  const makeAndDrop = async (): Promise<void> => {
    try {
      const made = await makePartitions(pool, options.rows ?? PARTITION_ROWS);
      const dropped = await dropPartitions(pool, options.retentionSeconds);
      if (made.length + dropped.length > 0) options.log.info({ made, dropped }, 'outbox partitions');
    } catch (error) {
      // Another session holds the table's lock, or the database is unavailable. The next check tries again.
      const level = isTransient(error) ? 'info' : 'error';
      options.log[level]({ err: error }, 'outbox partitions not changed, trying again later');
    }
  };
  const check = (): void => {
    if (!options.isActive() || running) return;
    running = makeAndDrop().finally(() => {
      running = undefined;
    });
  };
  const timer = setInterval(check, options.checkMs ?? CHECK_MS);
  return {
    check,
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
