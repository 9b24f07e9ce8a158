import { databaseKeys, processKeys, readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

/** Keys of a consumer that reads a stream. */
export const streamConsumerKeys = {
  ...processKeys,
  ...databaseKeys,
  STREAM_URL: z.url({ protocol: /^rabbitmq-stream(\+tls)?$/ }),
};

/** Keys of a consumer that works on a queue of the topic exchange. */
export const queueConsumerKeys = {
  ...processKeys,
  ...databaseKeys,
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
};

const streamSchema = z.object(streamConsumerKeys);

/** The configuration that every consumer has. */
export type ConsumerConfig = Pick<
  z.output<typeof streamSchema>,
  'HOST' | 'PORT' | 'DATABASE_URL' | 'DATABASE_POOL'
>;

/** The configuration of a stream consumer without settings of its own. Throws a ConfigError that names every bad key. */
export function readStreamConsumerConfig(
  env: NodeJS.ProcessEnv = process.env,
): z.output<typeof streamSchema> {
  return readConfig(streamSchema, env);
}
