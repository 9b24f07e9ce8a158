import { readStreamConsumerConfig } from '@gavel/consumer-runtime/config';
import { defineConsumerProgram, runConsumer } from '@gavel/consumer-runtime/run-consumer';
import { startConsumer } from '@gavel/consumer-runtime/start-consumer';
import { userStatsConsumer } from './consumer.ts';
import { userStatsProcess } from './process.ts';

export const userStats = defineConsumerProgram({
  process: userStatsProcess,
  readConfig: readStreamConsumerConfig,
  start: ({ config, pool }) =>
    startConsumer({ definition: userStatsConsumer, pool, streamUrl: config.STREAM_URL }),
});

if (import.meta.main) runConsumer(userStats);
