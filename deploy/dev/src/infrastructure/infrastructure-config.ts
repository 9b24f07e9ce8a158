import { z } from 'zod';
import { LaunchError } from '../launch-error.ts';
import { gavelDirectory } from '../project-root.ts';

const natsUrl = z.url({ protocol: /^(nats|tls)$/ }).optional();

const external = z.object({
  GAVEL_NATS_URL: natsUrl,
  GAVEL_POSTGRES_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  GAVEL_AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  GAVEL_STREAM_URL: z.url({ protocol: /^rabbitmq-stream(\+tls)?$/ }),
  GAVEL_RABBITMQ_MANAGEMENT_URL: z.url({ protocol: /^https?$/ }),
  GAVEL_REDIS_URL: z.url({ protocol: /^rediss?$/ }),
});

const schema = external.partial().extend({
  GAVEL_INFRASTRUCTURE: z.enum(['native', 'external', 'docker']).optional(),
  GAVEL_CACHE: z.string().min(1).default(gavelDirectory),
  GAVEL_RUN_AS: z.string().min(1).default('nobody'),
});

export type InfrastructureConfig = z.infer<typeof schema>;
export type ExternalConfig = z.infer<typeof external>;

/** Reads the `GAVEL_*` settings of the servers. Throws one `bad-config` that names every invalid variable. */
export function readInfrastructureConfig(env: NodeJS.ProcessEnv): InfrastructureConfig {
  return parse(schema, env);
}

/** Reads the URLs of the `external` provider; only that of NATS is optional. Throws one `bad-config` that names every missing or invalid URL. */
export function readExternalConfig(env: NodeJS.ProcessEnv): ExternalConfig {
  return parse(external, env);
}

function parse<Schema extends z.ZodType>(shape: Schema, env: NodeJS.ProcessEnv): z.infer<Schema> {
  const result = shape.safeParse(env);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new LaunchError(
    'bad-config',
    `These environment variables are missing or invalid:\n  ${lines.join('\n  ')}`,
    {
      wayOut:
        'Correct each of them. A URL needs a scheme that fits its server; optional settings can be unset.',
    },
  );
}
