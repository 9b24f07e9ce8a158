import { readStreamConsumerConfig } from '@gavel/consumer-runtime/config';
import { defineConsumerProgram, runConsumer } from '@gavel/consumer-runtime/run-consumer';
import { startConsumer } from '@gavel/consumer-runtime/start-consumer';
import { sellerStatsConsumer } from './consumer.ts';
import { sellerStatsProcess } from './process.ts';

export const sellerStats = defineConsumerProgram({
  process: sellerStatsProcess,
  readConfig: readStreamConsumerConfig,
  start: ({ config, pool }) =>
    startConsumer({ definition: sellerStatsConsumer, pool, streamUrl: config.STREAM_URL }),
});

if (import.meta.main) runConsumer(sellerStats);
