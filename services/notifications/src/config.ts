import { databaseKeys, processKeys, readConfig, tokenKeys } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({ ...processKeys, ...databaseKeys, ...tokenKeys });

export type NotificationServiceConfig = z.output<typeof schema>;

/** What the service is told by its environment. Throws a ConfigError that names every bad key. */
export function readNotificationServiceConfig(
  env: NodeJS.ProcessEnv = process.env,
): NotificationServiceConfig {
  return readConfig(schema, env);
}
