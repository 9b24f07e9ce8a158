import { readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const postgres = z.url({ protocol: /^postgres(ql)?$/ }).optional();

const schema = z.object({
  STREAM_URL: z.url({ protocol: /^rabbitmq-stream(\+tls)?$/ }).optional(),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }).optional(),
  MANAGEMENT_URL: z.url({ protocol: /^https?$/ }).optional(),
  AUTH_DATABASE_URL: postgres,
  BIDS_DATABASE_URL: postgres,
  STATS_DATABASE_URL: postgres,
  NOTIFICATIONS_DATABASE_URL: postgres,
  LEADERBOARD_DATABASE_URL: postgres,
  NATS_URL: z.url({ protocol: /^(nats|tls)$/ }).optional(),
  GAVEL_CONNECTIONS: z.string().optional(),
  GAVEL_DEV_DIRECTORY: z.string().optional(),
});

export type CommandLineConfig = z.output<typeof schema>;

/** Where things are, as far as the environment says. Throws a ConfigError that names every bad key. */
export function readCommandLineConfig(env: NodeJS.ProcessEnv = process.env): CommandLineConfig {
  return readConfig(schema, env);
}
