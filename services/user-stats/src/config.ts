import { databaseKeys, processKeys, readConfig, tokenKeys } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({ ...processKeys, ...databaseKeys, ...tokenKeys });

export type UserStatsConfig = z.output<typeof schema>;

/** What the service is told by its environment. Throws a ConfigError that names every bad key. */
export function readUserStatsConfig(env: NodeJS.ProcessEnv = process.env): UserStatsConfig {
  return readConfig(schema, env);
}
