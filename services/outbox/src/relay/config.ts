import { streamRetention } from '@gavel/proto/topology';
import { databaseKeys, processKeys, readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({
  ...processKeys,
  DATABASE_URL: databaseKeys.DATABASE_URL,
  OUTBOX: z.enum(['auth', 'bids']),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  STREAM_URL: z.url({ protocol: /^rabbitmq-stream$/ }),
  OUTBOX_RETENTION_SECONDS: z.coerce.number().int().min(60).default(streamRetention.maxAgeSeconds),
  OUTBOX_POLL_MS: z.coerce.number().int().min(10).max(60_000).default(1_000),
});

export type RelayConfig = z.output<typeof schema>;

/** The relay's configuration. Throws a ConfigError that names every bad key. */
export function readRelayConfig(env: NodeJS.ProcessEnv = process.env): RelayConfig {
  return readConfig(schema, env);
}
