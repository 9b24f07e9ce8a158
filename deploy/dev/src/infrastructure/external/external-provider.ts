import { Redis } from 'ioredis';
import pg from 'pg';
import { LaunchError } from '../../launch-error.ts';
import type { InfrastructureProvider, InfrastructureUrls } from '../infrastructure.ts';
import { readExternalConfig } from '../infrastructure-config.ts';
import { managementRequest } from '../rabbitmq-management.ts';

/** Uses servers that are run outside Gavel. They are checked once, and never started, stopped or killed. */
export function externalProvider(env: NodeJS.ProcessEnv): InfrastructureProvider {
  const config = readExternalConfig(env);
  const urls: InfrastructureUrls = {
    postgresUrl: config.GAVEL_POSTGRES_URL,
    amqpUrl: config.GAVEL_AMQP_URL,
    streamUrl: config.GAVEL_STREAM_URL,
    managementUrl: config.GAVEL_RABBITMQ_MANAGEMENT_URL,
    redisUrl: config.GAVEL_REDIS_URL,
  };
  return {
    name: 'external',
    async start({ nats = false }) {
      const natsUrl = nats ? requireNatsUrl(config.GAVEL_NATS_URL) : undefined;
      await Promise.all([checkPostgres(urls), checkRabbitmq(urls), checkRedis(urls)]);
      return {
        provider: 'external',
        urls: { ...urls, ...(natsUrl !== undefined && { natsUrl }) },
        servers: undefined,
        stop: async () => undefined,
      };
    },
  };
}

// NATS is not checked here: the bridge waits for it, and its readiness check shows that.
function requireNatsUrl(url: string | undefined): string {
  if (url !== undefined) return url;
  throw new LaunchError('bad-config', 'NATS=1 needs GAVEL_NATS_URL, which is not set.', {
    wayOut: 'Set it to nats://user:password@host:port, or start without NATS=1.',
  });
}

async function checkPostgres(urls: InfrastructureUrls): Promise<void> {
  const client = new pg.Client({ connectionString: urls.postgresUrl, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    await client.query('select 1');
  } catch (cause) {
    throw unreachable('Postgres', 'GAVEL_POSTGRES_URL', cause);
  } finally {
    await client.end();
  }
}

async function checkRabbitmq(urls: InfrastructureUrls): Promise<void> {
  const response = await managementRequest(urls.managementUrl, 'GET', '/api/overview').catch(
    (cause: unknown) => {
      throw unreachable('RabbitMQ', 'GAVEL_RABBITMQ_MANAGEMENT_URL', cause);
    },
  );
  const version = (response as { rabbitmq_version?: string }).rabbitmq_version ?? '0';
  if (Number.parseInt(version, 10) >= 4) return;
  throw new LaunchError('data-incompatible', `RabbitMQ ${version} is too old. Gavel needs 4.0 or newer.`, {
    wayOut: 'Set the GAVEL_…_URL variables to a RabbitMQ 4, or set GAVEL_INFRASTRUCTURE=native.',
  });
}

async function checkRedis(urls: InfrastructureUrls): Promise<void> {
  const redis = new Redis(urls.redisUrl, {
    lazyConnect: true,
    connectTimeout: 5_000,
    retryStrategy: () => null,
  });
  // Without a listener ioredis prints every connection error itself; the rejection below carries the same error.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
  } catch (cause) {
    throw unreachable('Redis', 'GAVEL_REDIS_URL', cause);
  } finally {
    redis.disconnect();
  }
}

function unreachable(server: string, key: string, cause: unknown): LaunchError {
  const why = cause instanceof Error ? cause.message || cause.name : String(cause);
  return new LaunchError('server-not-ready', `${server} does not answer at ${key}: ${why}`, {
    wayOut: `Start this server, or correct ${key}. GAVEL_INFRASTRUCTURE=native starts private servers instead.`,
    cause,
  });
}
