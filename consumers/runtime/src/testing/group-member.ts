import { setTimeout as sleep } from 'node:timers/promises';
import { createPool } from '@gavel/postgres/pool';
import { startConsumer } from '../start-consumer.ts';
import { recordingConsumer } from './recording-consumer.ts';

// A member in its own process, so that it can be killed and frozen. It prints how many partitions it holds, and each time
// that it is inside a transaction, where it stays for a moment.
const { DATABASE_URL = '', STREAM_URL = '', GROUP = '' } = process.env;

const consumer = startConsumer({
  definition: recordingConsumer(
    { laterEvents: 'wait' },
    async () => {
      process.stdout.write('inside\n');
      await sleep(50);
    },
    GROUP,
  ),
  pool: createPool({ connectionString: DATABASE_URL, applicationName: 'group-member' }),
  streamUrl: STREAM_URL,
});

let printed = '';
setInterval(() => {
  const held = consumer.status().partitions.filter(({ state }) => state === 'running');
  const now = `holds ${held.length}\n`;
  if (now !== printed) process.stdout.write(now);
  printed = now;
}, 20);
