import { type ConsumerProcess, consumerRuntimeMigrations } from '@gavel/consumer-runtime/consumer-process';
import { from } from '@gavel/proto/process';

export const notificationsProcess = {
  name: 'consumer-notifications',
  kind: 'consumer',
  summary: 'tells people what happened to their bids and items; also by mail when `SMTP_URL` is set',
  entry: 'consumers/notifications/src/main.ts',
  port: 4022,
  database: {
    name: 'gavel_notifications',
    migrations: [
      consumerRuntimeMigrations,
      { name: 'notifications', directory: new URL('../migrations/', import.meta.url) },
    ],
  },
  environment: { DATABASE_URL: from.database, AMQP_URL: from.amqp, WEB_URL: from.process('bff') },
  settings: ['SMTP_URL', 'SMTP_FROM'],
  startsAfter: [],
  group: { name: 'notifications', reads: 'queue' },
  // For a redrive: it shows notifications and mails nothing, because only the consumer's own process knows whether mail is on.
  consumer: () =>
    import('./consumer.ts').then(({ notificationsConsumer }) => notificationsConsumer({ mail: false })),
} as const satisfies ConsumerProcess;
