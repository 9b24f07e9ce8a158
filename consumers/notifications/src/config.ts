import { queueConsumerKeys } from '@gavel/consumer-runtime/config';
import { readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({
  ...queueConsumerKeys,
  /** Mail is off without it. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  SMTP_FROM: z.string().default('Gavel <no-reply@gavel.localhost>'),
  /** The web app, for links in mails; without it mails have none. */
  WEB_URL: z.url({ protocol: /^https?$/ }).optional(),
});

export type NotificationsConfig = z.output<typeof schema>;

/** The consumer's configuration. Throws a ConfigError that names every bad key. */
export function readNotificationsConfig(env: NodeJS.ProcessEnv = process.env): NotificationsConfig {
  return readConfig(schema, env);
}
