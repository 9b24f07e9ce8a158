import { createPool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { type Peer, type PeerEvent, sharedClock } from './peer.ts';

const TASK = 'event';
// More concurrency does not help an empty job, but it helps a job that waits for the broker.
const CONCURRENT_JOBS = { nothing: 24, publish: 1_000 } as const;
const MAX_POOL_SIZE = 10;
const LOCAL_QUEUE = { nothing: 500, publish: 2_000 } as const;
const COMPLETE_DELAY_MS = 250;
const BATCH = 1_000;
// One job per row: addJobs is the library's bulk call.
const jobOf = ({ id, payload }: PeerEvent) => ({ identifier: TASK, payload: { ...payload, id } });
const silent = new Logger(() => () => undefined);

export const graphileWorker: Peer = {
  name: 'graphile-worker',
  settings:
    `concurrentJobs ${CONCURRENT_JOBS.nothing} (publishing ${CONCURRENT_JOBS.publish}), maxPoolSize ${MAX_POOL_SIZE}, localQueue.size ${LOCAL_QUEUE.nothing} (${LOCAL_QUEUE.publish}), completeJobBatchDelay ` +
    `${COMPLETE_DELAY_MS}; backlog by addJobs of ${BATCH}; woken by its own NOTIFY`,
  async open({ databaseUrl }) {
    const utils = await makeWorkerUtils({ connectionString: databaseUrl, logger: silent });
    await utils.migrate();
    const pool = createPool({ connectionString: databaseUrl, applicationName: 'bench' });
    return {
      async append(events) {
        for (let start = 0; start < events.length; start += BATCH) {
          await utils.addJobs(events.slice(start, start + BATCH).map(jobOf));
        }
      },
      async commit(event) {
        await transaction(pool, (tx) =>
          tx.query({
            name: 'add-job',
            text: 'SELECT graphile_worker.add_job($1, $2::json)',
            values: [TASK, JSON.stringify(jobOf(event).payload)],
          }),
        );
        return { id: event.id, at: sharedClock() };
      },
      async close() {
        await pool.end();
        await utils.release();
      },
    };
  },
  async work({ databaseUrl }, handle, job) {
    const runner = await run({
      preset: {
        worker: {
          connectionString: databaseUrl,
          concurrentJobs: CONCURRENT_JOBS[job],
          maxPoolSize: MAX_POOL_SIZE,
          localQueue: { size: LOCAL_QUEUE[job] },
          completeJobBatchDelay: COMPLETE_DELAY_MS,
          failJobBatchDelay: COMPLETE_DELAY_MS,
          logger: silent,
        },
      },
      taskList: { [TASK]: (payload) => handle((payload as { id: string }).id, payload) },
      noHandleSignals: true,
    });
    return () => runner.stop();
  },
};
