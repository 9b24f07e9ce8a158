import { processKeys, readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({
  ...processKeys,
  SMTP_PORT: z.coerce.number().int().min(0).max(65_535),
  MAIL_DIRECTORY: z.string().min(1),
});

/** The catcher's configuration. Throws a ConfigError that names every bad key. */
export function readMailCatcherConfig(env: NodeJS.ProcessEnv = process.env): z.output<typeof schema> {
  return readConfig(schema, env);
}
