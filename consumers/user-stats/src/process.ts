import { type ConsumerProcess, consumerRuntimeMigrations } from '@gavel/consumer-runtime/consumer-process';
import { from } from '@gavel/proto/process';

export const userStatsProcess = {
  name: 'consumer-user-stats',
  kind: 'consumer',
  summary: 'folds bids into totals',
  entry: 'consumers/user-stats/src/main.ts',
  port: 4021,
  database: {
    name: 'gavel_stats',
    migrations: [
      consumerRuntimeMigrations,
      { name: 'user-stats', directory: new URL('../migrations/', import.meta.url) },
    ],
  },
  environment: {
    DATABASE_URL: from.database,
    STREAM_URL: from.stream,
    // Keeps the process under 200 MB while it reads a long backlog; see keepHeapSmall in the consumer runtime.
    NODE_OPTIONS: '--max-semi-space-size=8',
  },
  startsAfter: ['relay-bids'],
  group: {
    name: 'user-stats',
    reads: 'stream',
    stream: 'gavel.bids',
    subscription: 'gavel.bids.bid_placed.*',
  },
  consumer: () => import('./consumer.ts').then(({ userStatsConsumer }) => userStatsConsumer),
} as const satisfies ConsumerProcess;
