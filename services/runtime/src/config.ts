import { streamRetention } from '@gavel/proto/topology';
import { z } from 'zod';

/** The environment has missing or malformed keys. The message names each of them, one per line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads a process's configuration from its environment. A key with an empty value counts as missing. Throws a ConfigError that
 * names all missing and malformed keys; it never contains values.
 */
export function readConfig<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`bad configuration:\n${problems.join('\n')}`);
}

/** Keys of every process. */
export const processKeys = {
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535),
};

/** Keys of a process with a database. */
export const databaseKeys = {
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL: z.coerce.number().int().min(1).max(500).default(10),
};

/** Keys of a service that accepts access tokens. */
export const tokenKeys = {
  AUTH_URL: z.url({ protocol: /^https?$/ }),
  AUTH_ISSUER: z.string().default('http://auth.gavel'),
  AUTH_AUDIENCE: z.string().default('gavel'),
};

/** Keys of a program that creates streams: what each partition keeps. The broker counts age and length in segments of 100 MB. */
export const streamRetentionKeys = {
  STREAM_MAX_AGE_SECONDS: z.coerce.number().int().min(60).default(streamRetention.maxAgeSeconds),
  STREAM_MAX_LENGTH_BYTES: z.coerce
    .number()
    .int()
    .min(streamRetention.maxSegmentSizeBytes)
    .default(streamRetention.maxLengthBytes),
};

/** Keys of a service without settings of its own. */
const serviceSchema = z.object({ ...processKeys, ...databaseKeys, ...tokenKeys });

/** The configuration that every service has. */
export type ServiceConfig = Pick<
  z.output<typeof serviceSchema>,
  'HOST' | 'PORT' | 'DATABASE_URL' | 'DATABASE_POOL'
>;

/** The configuration of a service without settings of its own. Throws a ConfigError that names every bad key. */
export function readServiceConfig(env: NodeJS.ProcessEnv = process.env): z.output<typeof serviceSchema> {
  return readConfig(serviceSchema, env);
}

/** The URL of the database to migrate. Throws a ConfigError. */
export function readDatabaseUrl(env: NodeJS.ProcessEnv = process.env): string {
  return readConfig(z.object({ DATABASE_URL: databaseKeys.DATABASE_URL }), env).DATABASE_URL;
}
