import { type ConsumerProcess, consumerRuntimeMigrations } from '@gavel/consumer-runtime/consumer-process';
import { from } from '@gavel/proto/process';

export const auditorProcess = {
  name: 'auditor',
  kind: 'consumer',
  summary: 'checks the events of every auction, and compares auctions with the bids service',
  entry: 'consumers/auditor/src/main.ts',
  port: 4025,
  database: {
    name: 'gavel_audit',
    migrations: [
      consumerRuntimeMigrations,
      { name: 'auditor', directory: new URL('../migrations/', import.meta.url) },
    ],
  },
  environment: { DATABASE_URL: from.database, STREAM_URL: from.stream, BIDS_URL: from.process('bids') },
  startsAfter: ['relay-bids'],
  group: { name: 'auditor', reads: 'stream', stream: 'gavel.bids', subscription: 'gavel.bids.>' },
  consumer: () => import('./consumer.ts').then(({ auditorConsumer }) => auditorConsumer),
} as const satisfies ConsumerProcess;
