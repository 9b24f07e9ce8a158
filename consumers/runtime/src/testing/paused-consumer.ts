import { createPool } from '@gavel/postgres/pool';
import { startConsumer } from '../start-consumer.ts';
import { recordingConsumer } from './recording-consumer.ts';

// A process of its own, so that it can be killed: it applies the first batch's effect, says so, and never commits.
const { DATABASE_URL = '', STREAM_URL = '', PARTITION = '' } = process.env;
const definition = recordingConsumer({ laterEvents: 'continue' });
const forever = new Promise<void>(() => undefined);

startConsumer({
  definition: {
    ...definition,
    async handle(tx, events) {
      await definition.handle(tx, events);
      process.stdout.write('applied\n');
      await forever;
    },
  },
  pool: createPool({ connectionString: DATABASE_URL, applicationName: 'paused-consumer' }),
  streamUrl: STREAM_URL,
  partitions: [PARTITION],
});
