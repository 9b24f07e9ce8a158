import { type ConsumerProcess, consumerRuntimeMigrations } from '@gavel/consumer-runtime/consumer-process';
import { from } from '@gavel/proto/process';

export const leaderboardProcess = {
  name: 'consumer-leaderboard',
  kind: 'consumer',
  summary: 'keeps the leaderboards in Redis',
  entry: 'consumers/leaderboard/src/main.ts',
  port: 4023,
  database: {
    name: 'gavel_leaderboard',
    migrations: [
      consumerRuntimeMigrations,
      { name: 'leaderboard', directory: new URL('../migrations/', import.meta.url) },
    ],
  },
  environment: {
    DATABASE_URL: from.database,
    STREAM_URL: from.stream,
    REDIS_URL: from.redis,
    NODE_OPTIONS: '--max-semi-space-size=8',
  },
  startsAfter: ['relay-bids'],
  group: {
    name: 'leaderboard',
    reads: 'stream',
    stream: 'gavel.bids',
    subscription: 'gavel.bids.>',
  },
  consumer: () => import('./consumer.ts').then(({ leaderboardConsumer }) => leaderboardConsumer),
} as const satisfies ConsumerProcess;
