import { type ConsumerProcess, consumerRuntimeMigrations } from '@gavel/consumer-runtime/consumer-process';
import { from } from '@gavel/proto/process';

export const sellerStatsProcess = {
  name: 'consumer-seller-stats',
  kind: 'consumer',
  summary: "counts each seller's sold and unsold items",
  entry: 'consumers/seller-stats/src/main.ts',
  port: 4024,
  database: {
    name: 'gavel_seller_stats',
    migrations: [
      consumerRuntimeMigrations,
      { name: 'seller-stats', directory: new URL('../migrations/', import.meta.url) },
    ],
  },
  environment: {
    DATABASE_URL: from.database,
    STREAM_URL: from.stream,
    // Keeps it under 200 MB while it reads a long backlog; see keepHeapSmall in the consumer runtime.
    NODE_OPTIONS: '--max-semi-space-size=8',
  },
  startsAfter: ['relay-bids'],
  group: {
    name: 'seller-stats',
    reads: 'stream',
    stream: 'gavel.bids',
    subscription: 'gavel.bids.auction_closed.*',
  },
  consumer: () => import('./consumer.ts').then(({ sellerStatsConsumer }) => sellerStatsConsumer),
} as const satisfies ConsumerProcess;
