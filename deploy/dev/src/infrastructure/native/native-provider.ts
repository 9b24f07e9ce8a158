import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unprivilegedUser } from '../../process-control/run-as.ts';
import type {
  Infrastructure,
  InfrastructureOptions,
  InfrastructureProvider,
  InfrastructureUrls,
  ServerHandle,
} from '../infrastructure.ts';
import type { InfrastructureConfig } from '../infrastructure-config.ts';
import { installPackages } from '../install/apt-packages.ts';
import { ensureNatsBinary } from '../install/nats-binary.ts';
import { missingPostgresPackages, requirePostgres } from '../install/postgres-binaries.ts';
import { ensureRabbitmqRoot, installedRabbitmq } from '../install/rabbitmq-root.ts';
import { missingRedisPackages, requireRedis } from '../install/redis-binary.ts';
import { nativeNatsUrl, natsServer } from './nats-server.ts';
import { nativePostgresUrl, postgresDataVersion, postgresServer } from './postgres-server.ts';
import { rabbitmqServer } from './rabbitmq-server.ts';
import { nativeRedisUrl, redisServer } from './redis-server.ts';
import { adminUser, type ServerContext, serverPasswords, serverPath } from './server-context.ts';
import { serverHome, usableCache } from './server-home.ts';
import { chooseServerPorts } from './server-ports.ts';

/** Runs private servers from installed programs, with their own ports and data, on loopback, and never as root. */
export function nativeProvider(config: InfrastructureConfig): InfrastructureProvider {
  return { name: 'native', start: (options) => startNative(config, options) };
}

async function startNative(
  config: InfrastructureConfig,
  options: InfrastructureOptions,
): Promise<Infrastructure> {
  const report = options.report ?? (() => undefined);
  const runAs = await unprivilegedUser(config.GAVEL_RUN_AS);
  const home = await serverHome(options.directory, runAs, report);
  await mkdir(join(home, 'logs'), { recursive: true, mode: 0o755 });

  const major = await postgresDataVersion(home);
  const missing = [...missingPostgresPackages(serverPath, major), ...missingRedisPackages(serverPath)];
  if (missing.length > 0) await installPackages(missing, report);
  const postgresBinaries = requirePostgres(serverPath, major);
  const redisBinary = await requireRedis(serverPath, join(home, 'bin'));
  const cache = await usableCache(config.GAVEL_CACHE, runAs);
  const rabbitmqBinaries = installedRabbitmq() ?? (await ensureRabbitmqRoot(cache, report));
  // An external NATS can be used together with private servers.
  const privateNats = options.nats === true && config.GAVEL_NATS_URL === undefined;
  const natsBinary = privateNats ? await ensureNatsBinary(serverPath, cache, report) : undefined;

  const context: ServerContext = {
    home,
    ports: await chooseServerPorts(home, options),
    runAs,
    passwords: await serverPasswords(home),
    fsync: options.fsync ?? true,
    path: serverPath,
  };
  const servers = {
    postgres: await postgresServer(context, postgresBinaries),
    rabbitmq: await rabbitmqServer(context, rabbitmqBinaries),
    redis: await redisServer(context, redisBinary),
    ...(natsBinary !== undefined && { nats: await natsServer(context, natsBinary) }),
  };
  const all = Object.values(servers);
  const stop = async () => {
    await Promise.all(all.map((server) => server.stop()));
  };
  try {
    await startAll(all, report, options.signal);
  } catch (error) {
    await stop();
    throw error;
  }
  const natsUrl = privateNats ? nativeNatsUrl(context) : config.GAVEL_NATS_URL;
  const urls = { ...nativeUrls(context), ...(options.nats && natsUrl !== undefined && { natsUrl }) };
  return { provider: 'native', urls, servers, stop };
}

/** Starts all servers at once. On a failure or an abort it rejects when every start has ended; some servers may run then. */
async function startAll(
  servers: readonly ServerHandle[],
  report: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  // A server that is starting then ends, so its `start` below rejects.
  const stop = () => void Promise.allSettled(servers.map((server) => server.stop()));
  signal?.addEventListener('abort', stop);
  const started = await Promise.allSettled(
    servers.map(async (server) => {
      const begin = performance.now();
      await server.start();
      signal?.throwIfAborted();
      report(`${server.name} answers (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
    }),
  );
  // The signal may be aborted later as well. Then the System, which runs the servers, stops them in order.
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  const failed = started.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function nativeUrls(context: ServerContext): InfrastructureUrls {
  const { ports, passwords } = context;
  const rabbitmq = `${adminUser}:${passwords.rabbitmq}@127.0.0.1`;
  return {
    postgresUrl: nativePostgresUrl(context),
    amqpUrl: `amqp://${rabbitmq}:${ports.amqp}/%2F`,
    streamUrl: `rabbitmq-stream://${rabbitmq}:${ports.stream}/%2F`,
    managementUrl: `http://${rabbitmq}:${ports.management}`,
    redisUrl: nativeRedisUrl(context),
  };
}
