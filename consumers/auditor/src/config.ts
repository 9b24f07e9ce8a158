import { streamConsumerKeys } from '@gavel/consumer-runtime/config';
import { readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({
  ...streamConsumerKeys,
  BIDS_URL: z.url({ protocol: /^https?$/ }),
});

/** The auditor's configuration. Throws a ConfigError that names every bad key. */
export function readAuditorConfig(env: NodeJS.ProcessEnv = process.env): z.output<typeof schema> {
  return readConfig(schema, env);
}
