import { databaseKeys, processKeys, readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({
  ...processKeys,
  ...databaseKeys,
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  /** Without it nothing is mailed. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  SMTP_FROM: z.string().default('Gavel <no-reply@gavel.localhost>'),
  /** Where pages of items are; mails name none without it. */
  WEB_URL: z.url({ protocol: /^https?$/ }).optional(),
});

export type NotificationsConfig = z.output<typeof schema>;

/** What the consumer is told by its environment. Throws a ConfigError that names every bad key. */
export function readNotificationsConfig(env: NodeJS.ProcessEnv = process.env): NotificationsConfig {
  return readConfig(schema, env);
}

/** What its migration is told. */
export function readMigrationConfig(env: NodeJS.ProcessEnv = process.env): { DATABASE_URL: string } {
  return readConfig(z.object({ DATABASE_URL: databaseKeys.DATABASE_URL }), env);
}
