import {
  ConfigError,
  databaseKeys,
  processKeys,
  readConfig,
  streamRetentionKeys,
} from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({
  ...processKeys,
  ...streamRetentionKeys,
  DATABASE_URL: databaseKeys.DATABASE_URL,
  OUTBOX: z.enum(['auth', 'bids']),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  STREAM_URL: z.url({ protocol: /^rabbitmq-stream$/ }),
  OUTBOX_RETENTION_SECONDS: z.coerce.number().int().min(60).optional(),
  OUTBOX_POLL_MS: z.coerce.number().int().min(10).max(60_000).default(1_000),
});

export type RelayConfig = z.output<typeof schema> & {
  /** How long published rows are kept: at least as long as streams keep their messages. */
  readonly retentionSeconds: number;
  readonly streamRetention: { readonly maxAgeSeconds: number; readonly maxLengthBytes: number };
};

/** The relay's configuration. Throws a ConfigError that names every bad key. */
export function readRelayConfig(env: NodeJS.ProcessEnv = process.env): RelayConfig {
  const config = readConfig(schema, env);
  const maxAgeSeconds = config.STREAM_MAX_AGE_SECONDS;
  const retentionSeconds = config.OUTBOX_RETENTION_SECONDS ?? maxAgeSeconds;
  if (retentionSeconds < maxAgeSeconds) {
    throw new ConfigError(
      'bad configuration:\n  OUTBOX_RETENTION_SECONDS: must not be below STREAM_MAX_AGE_SECONDS, because a lost stream is refilled from the outbox',
    );
  }
  return {
    ...config,
    retentionSeconds,
    streamRetention: { maxAgeSeconds, maxLengthBytes: config.STREAM_MAX_LENGTH_BYTES },
  };
}
