import { processKeys, readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const natsUrl = z.url({ protocol: /^(nats|tls)$/ });
const file = z.string().min(1).optional();

const keys = z.object({
  ...processKeys,
  STREAM_URL: z.url({ protocol: /^rabbitmq-stream(\+tls)?$/ }),
  NATS_URL: z
    .string()
    .refine((text) => text.split(',').every((each) => natsUrl.safeParse(each.trim()).success), {
      error: 'expected nats:// or tls:// URLs, with commas between them',
    }),
  /** Paths, see NatsFiles. */
  NATS_CREDENTIALS: file,
  NATS_CA_FILE: file,
  NATS_CERT_FILE: file,
  NATS_KEY_FILE: file,
  /** The largest size of each JetStream stream; the oldest messages are removed first. */
  NATS_MAX_BYTES: z.coerce.number().int().min(1_048_576).default(1_073_741_824),
  NATS_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
});

const schema = keys
  .refine((is) => is.NATS_KEY_FILE !== undefined || is.NATS_CERT_FILE === undefined, {
    path: ['NATS_KEY_FILE'],
    error: 'the key to NATS_CERT_FILE is missing',
  })
  .refine((is) => is.NATS_CERT_FILE !== undefined || is.NATS_KEY_FILE === undefined, {
    path: ['NATS_CERT_FILE'],
    error: 'the certificate to NATS_KEY_FILE is missing',
  });

export type BridgeConfig = z.output<typeof schema>;

/** The bridge's configuration. Throws a ConfigError that names every bad key. */
export function readBridgeConfig(env: NodeJS.ProcessEnv = process.env): BridgeConfig {
  return readConfig(schema, env);
}
