import { z } from 'zod';

/** A process was given a bad environment. The message names every bad key, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads a process's configuration from its environment. Keys that are set but empty count as absent. Throws a
 * ConfigError that names every missing or malformed key at once; values are never part of the message.
 */
export function readConfig<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`bad configuration:\n${problems.join('\n')}`);
}

/** Keys that every process of Gavel takes. */
export const processKeys = {
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535),
};

/** Key of a process with a database. */
export const databaseKeys = {
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL: z.coerce.number().int().min(1).max(500).default(10),
};

/** Keys of a service that believes access tokens. */
export const tokenKeys = {
  AUTH_URL: z.url({ protocol: /^https?$/ }),
  AUTH_ISSUER: z.string().default('http://auth.gavel'),
  AUTH_AUDIENCE: z.string().default('gavel'),
};

/** Keys of a service that believes access tokens, and of no more than that. */
const serviceSchema = z.object({ ...processKeys, ...databaseKeys, ...tokenKeys });

/** What every service is configured with. */
export type ServiceConfig = Pick<
  z.output<typeof serviceSchema>,
  'HOST' | 'PORT' | 'DATABASE_URL' | 'DATABASE_POOL'
>;

/** The configuration of a service without settings of its own. Throws a ConfigError that names every bad key. */
export function readServiceConfig(env: NodeJS.ProcessEnv = process.env): z.output<typeof serviceSchema> {
  return readConfig(serviceSchema, env);
}

/** What a migration needs. Throws a ConfigError. */
export function readDatabaseUrl(env: NodeJS.ProcessEnv = process.env): string {
  return readConfig(z.object({ DATABASE_URL: databaseKeys.DATABASE_URL }), env).DATABASE_URL;
}
