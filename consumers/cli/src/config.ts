import { isStoreLocation } from '@gavel/object-store/open-object-store';
import { databases } from '@gavel/processes';
import { databaseKey } from '@gavel/proto/process';
import { readConfig, streamRetentionKeys } from '@gavel/service-runtime/config';
import { z } from 'zod';
import type { DatabaseKey } from './connections/connection-names.ts';

const postgres = z.url({ protocol: /^postgres(ql)?$/ }).optional();

const databaseKeys = Object.fromEntries(databases.map(({ name }) => [databaseKey(name), postgres])) as Record<
  DatabaseKey,
  typeof postgres
>;

const schema = z.object({
  ...databaseKeys,
  STREAM_URL: z.url({ protocol: /^rabbitmq-stream(\+tls)?$/ }).optional(),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }).optional(),
  MANAGEMENT_URL: z.url({ protocol: /^https?$/ }).optional(),
  NATS_URL: z.url({ protocol: /^(nats|tls)$/ }).optional(),
  ARCHIVE_LOCATION: z
    .string()
    .refine(isStoreLocation, { error: 'expected an absolute path or s3://bucket?region=…&endpoint=…' })
    .optional(),
  PROCESS_URLS: z.string().optional(),
  GAVEL_CONNECTIONS: z.string().optional(),
  GAVEL_DEV_DIRECTORY: z.string().optional(),
});

export type CommandLineConfig = z.output<typeof schema>;

/** The addresses of the servers that the environment contains. Throws a ConfigError that names every invalid variable. */
export function readCommandLineConfig(env: NodeJS.ProcessEnv = process.env): CommandLineConfig {
  return readConfig(schema, env);
}

/** What a recreated stream keeps: the settings of the relays, of the same names. Throws a ConfigError. */
export function readStreamRetention(env: NodeJS.ProcessEnv = process.env): {
  readonly maxAgeSeconds: number;
  readonly maxLengthBytes: number;
} {
  const config = readConfig(z.object(streamRetentionKeys), env);
  return { maxAgeSeconds: config.STREAM_MAX_AGE_SECONDS, maxLengthBytes: config.STREAM_MAX_LENGTH_BYTES };
}
