import { writeSync } from 'node:fs';
import { createPool } from '@gavel/postgres/pool';
import { startQueueConsumer } from '../start-queue-consumer.ts';
import { recordingQueueConsumer } from './consumer-modes.ts';

// Runs in its own process, so that it can be killed: it commits the first event, prints that, and never acknowledges it.
const { DATABASE_URL = '', AMQP_URL = '', POISON = '' } = process.env;

startQueueConsumer({
  definition: recordingQueueConsumer({
    name: 'crashing',
    before: (events, tx) => {
      if (POISON !== '' && events.some(({ body }) => body.itemId === POISON)) process.exit(3);
      if (POISON !== '') return;
      tx.afterCommit(() => {
        writeSync(1, 'committed\n');
        // Blocks the whole process: nothing more reaches the broker.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      });
    },
  }),
  pool: createPool({ connectionString: DATABASE_URL, applicationName: 'crashing-queue-consumer' }),
  amqpUrl: AMQP_URL,
});
