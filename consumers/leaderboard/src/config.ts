import { databaseKeys, processKeys, readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({
  ...processKeys,
  ...databaseKeys,
  STREAM_URL: z.url({ protocol: /^rabbitmq-stream(\+tls)?$/ }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  // Where the readers look, so the same as theirs.
  REDIS_PREFIX: z.string().min(1).default('gavel:'),
});

export type LeaderboardConfig = z.output<typeof schema>;

/** What the consumer is told by its environment. Throws a ConfigError that names every bad key. */
export function readLeaderboardConfig(env: NodeJS.ProcessEnv = process.env): LeaderboardConfig {
  return readConfig(schema, env);
}

/** What its migration is told. */
export function readMigrationConfig(env: NodeJS.ProcessEnv = process.env): { DATABASE_URL: string } {
  return readConfig(z.object({ DATABASE_URL: databaseKeys.DATABASE_URL }), env);
}
