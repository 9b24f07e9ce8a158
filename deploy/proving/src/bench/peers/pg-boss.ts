import { createPool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { PgBoss } from 'pg-boss';
import { type Peer, sharedClock } from './peer.ts';

const QUEUE = 'event';
const BATCH_SIZE = { nothing: 1_000, publish: 2_000 } as const;
const INSERTED_AT_ONCE = 1_000;
const LOCAL_CONCURRENCY = 2;

// Its supervisor runs once a minute or less often, so a run of some seconds would include it only by chance.
const boss = (connectionString: string): PgBoss => {
  const made = new PgBoss({ connectionString, useListenNotify: true, supervise: false, schedule: false });
  made.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`));
  return made;
};

export const pgBoss: Peer = {
  name: 'pg-boss',
  settings:
    `batchSize ${BATCH_SIZE.nothing} (publishing ${BATCH_SIZE.publish}), burstWhenBatchFull, localConcurrency ${LOCAL_CONCURRENCY}, useListenNotify with notify on the queue, ` +
    `a partition of its own, no supervisor; backlog by insert of ${INSERTED_AT_ONCE}`,
  async open({ databaseUrl }) {
    const producer = await boss(databaseUrl).start();
    await producer.createQueue(QUEUE, { notify: true, partition: true });
    const pool = createPool({ connectionString: databaseUrl, applicationName: 'bench' });
    return {
      async append(events) {
        for (let start = 0; start < events.length; start += INSERTED_AT_ONCE) {
          const batch = events.slice(start, start + INSERTED_AT_ONCE);
          await producer.insert(
            QUEUE,
            batch.map(({ id, payload }) => ({ id, data: payload })),
          );
        }
      },
      async commit({ id, payload }) {
        await transaction(pool, async (tx) => {
          const db = { executeSql: (text: string, values?: unknown[]) => tx.query(text, values) };
          await producer.send(QUEUE, payload, { id, db });
        });
        return { id, at: sharedClock() };
      },
      async close() {
        await producer.stop({ graceful: false });
        await pool.end();
      },
    };
  },
  async work({ databaseUrl }, handle, job) {
    const worker = await boss(databaseUrl).start();
    await worker.work(
      QUEUE,
      { batchSize: BATCH_SIZE[job], burstWhenBatchFull: true, localConcurrency: LOCAL_CONCURRENCY },
      async (jobs) => {
        await Promise.all(jobs.map(({ id, data }) => handle(id, data)));
      },
    );
    return () => worker.stop({ graceful: true, timeout: 5_000 });
  },
};
