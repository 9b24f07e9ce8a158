import { databaseKey } from '@gavel/proto/process';
import { processKeys, readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';
import { watchedConsumers } from './process.ts';

const postgres = z.url({ protocol: /^postgres(ql)?$/ });

type DatabaseKey = ReturnType<typeof databaseKey<(typeof watchedConsumers)[number]['database']['name']>>;

const schema = z.object({
  ...processKeys,
  STREAM_URL: z.url({ protocol: /^rabbitmq-stream(\+tls)?$/ }),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  // Prometheus usually asks every 15 s.
  GROUP_WATCH_SECONDS: z.coerce.number().min(0.1).max(300).default(5),
  ...(Object.fromEntries(
    watchedConsumers.map(({ database }) => [databaseKey(database.name), postgres]),
  ) as Record<DatabaseKey, typeof postgres>),
});

export type GroupWatchConfig = z.output<typeof schema>;

/** Its README lists the keys. Throws a ConfigError that names every bad key. */
export function readGroupWatchConfig(env: NodeJS.ProcessEnv = process.env): GroupWatchConfig {
  return readConfig(schema, env);
}
