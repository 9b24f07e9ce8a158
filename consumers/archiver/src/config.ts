import { isStoreLocation } from '@gavel/object-store/open-object-store';
import { processKeys, readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({
  ...processKeys,
  STREAM_URL: z.url({ protocol: /^rabbitmq-stream(\+tls)?$/ }),
  ARCHIVE_LOCATION: z
    .string()
    .refine(isStoreLocation, { error: 'expected an absolute path or s3://bucket?region=…&endpoint=…' }),
  // A segment is stored as soon as it reaches one of these. The bytes are held in memory, once per partition.
  ARCHIVE_SEGMENT_SECONDS: z.coerce.number().min(0.1).max(86_400).default(120),
  ARCHIVE_SEGMENT_MESSAGES: z.coerce.number().int().min(1).max(1_000_000).default(50_000),
  ARCHIVE_SEGMENT_BYTES: z.coerce.number().int().min(1).max(268_435_456).default(8_388_608),
});

export type ArchiverConfig = z.output<typeof schema>;

/** The archiver's configuration; its README lists the keys. Throws a ConfigError that names every bad key. */
export function readArchiverConfig(env: NodeJS.ProcessEnv = process.env): ArchiverConfig {
  return readConfig(schema, env);
}
