import { createPool } from '@gavel/postgres/pool';
import { startConsumer } from '../start-consumer.ts';
import { recordingConsumer } from './recording-consumer.ts';

// Runs in its own process, so that it can be killed: it applies the first batch, prints that, and never commits.
const { DATABASE_URL = '', STREAM_URL = '', PARTITION = '' } = process.env;
const definition = recordingConsumer({ laterEvents: 'continue' });
const never = new Promise<void>(() => undefined);

startConsumer({
  definition: {
    ...definition,
    async handle(tx, events) {
      await definition.handle(tx, events);
      process.stdout.write('applied\n');
      await never;
    },
  },
  pool: createPool({ connectionString: DATABASE_URL, applicationName: 'paused-consumer' }),
  streamUrl: STREAM_URL,
  partitions: [PARTITION],
});
