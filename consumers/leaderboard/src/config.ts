import { streamConsumerKeys } from '@gavel/consumer-runtime/config';
import { readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({
  ...streamConsumerKeys,
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  // Must equal the prefix of the readers.
  REDIS_PREFIX: z.string().min(1).default('gavel:'),
});

/** The consumer's configuration. Throws a ConfigError that names every bad key. */
export function readLeaderboardConfig(env: NodeJS.ProcessEnv = process.env): z.output<typeof schema> {
  return readConfig(schema, env);
}
