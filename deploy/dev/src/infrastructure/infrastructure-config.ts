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

/** Reads the `GAVEL_*` settings of the infrastructure. Throws one `bad-config` that names every bad key. */
export function readInfrastructureConfig(env: NodeJS.ProcessEnv): InfrastructureConfig {
  return parse(schema, env);
}

/** Reads the URLs of the `external` provider; each missing or malformed one is named. NATS need not be there. */
export function readExternalConfig(env: NodeJS.ProcessEnv): ExternalConfig {
  return parse(external, env);
}

function parse<Schema extends z.ZodType>(shape: Schema, env: NodeJS.ProcessEnv): z.infer<Schema> {
  const result = shape.safeParse(env);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new LaunchError(
    'bad-config',
    `These environment variables cannot be used:\n  ${lines.join('\n  ')}`,
    {
      wayOut: 'Set each of them as named above, or unset it.',
    },
  );
}
