import type { Logger } from '@gavel/observability/logger';
import type { Pool } from '@gavel/postgres/pool';
import { isTransient } from '@gavel/postgres/sqlstate';
import { dropPartitions } from './drop-partitions.ts';
import { makePartitions } from './make-partitions.ts';

export interface PartitionKeeper {
  /** Checks the partitions now, besides every half minute. */
  look(): void;
  stop(): Promise<void>;
}

const LOOK_MS = 30_000;
// About 100 MB per partition with bodies of 200 bytes.
const PARTITION_ROWS = 250_000;

/** Makes partitions in advance and drops old ones, as long as this relay is the active one. */
export function startPartitionKeeper(
  pool: Pool,
  options: {
    rows: number | undefined;
    lookMs: number | undefined;
    retentionSeconds: number;
    isActive: () => boolean;
    log: Logger;
  },
): PartitionKeeper {
  let running: Promise<void> | undefined;

  const look = async (): Promise<void> => {
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
  const start = (): void => {
    if (!options.isActive() || running) return;
    running = look().finally(() => {
      running = undefined;
    });
  };
  const timer = setInterval(start, options.lookMs ?? LOOK_MS);
  return {
    look: start,
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
