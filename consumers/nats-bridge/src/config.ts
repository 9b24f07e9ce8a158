import { processKeys, readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({
  ...processKeys,
  STREAM_URL: z.url({ protocol: /^rabbitmq-stream(\+tls)?$/ }),
  NATS_URL: z.url({ protocol: /^(nats|tls)$/ }),
  /** What each JetStream stream keeps; the oldest messages go first. */
  NATS_MAX_BYTES: z.coerce.number().int().min(1_048_576).default(1_073_741_824),
  NATS_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
});

export type BridgeConfig = z.output<typeof schema>;

/** What the bridge is told by its environment. Throws a ConfigError that names every bad key. */
export function readBridgeConfig(env: NodeJS.ProcessEnv = process.env): BridgeConfig {
  return readConfig(schema, env);
}
