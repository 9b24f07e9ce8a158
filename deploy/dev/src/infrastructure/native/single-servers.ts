import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unprivilegedUser } from '../../process-control/run-as.ts';
import type { ServerHandle } from '../infrastructure.ts';
import type { InfrastructureConfig } from '../infrastructure-config.ts';
import { ensureNatsBinary } from '../install/nats-binary.ts';
import { requireRedis } from '../install/redis-binary.ts';
import { nativeNatsUrl, natsServer } from './nats-server.ts';
import { nativeRedisUrl, redisServer } from './redis-server.ts';
import { type ServerContext, serverPasswords, serverPath } from './server-context.ts';
import { serverHome, usableCache } from './server-home.ts';
import { chooseServerPorts } from './server-ports.ts';

const reportNothing = (): void => undefined;

/** A private server without the others. It runs already; the caller stops it. */
export interface SingleServer {
  readonly url: string;
  readonly server: ServerHandle;
}

/** Starts a private NATS server. Its data is in `directory`. */
export async function startPrivateNats(
  config: InfrastructureConfig,
  directory: string,
): Promise<SingleServer> {
  const context = await prepareContext(config, directory);
  const cache = await usableCache(config.GAVEL_CACHE, context.runAs);
  const server = await natsServer(context, await ensureNatsBinary(serverPath, cache, reportNothing));
  await server.start();
  return { url: nativeNatsUrl(context), server };
}

/** Starts a private Redis. Its data is in `directory`. */
export async function startPrivateRedis(
  config: InfrastructureConfig,
  directory: string,
): Promise<SingleServer> {
  const context = await prepareContext(config, directory);
  const server = await redisServer(context, await requireRedis(serverPath, join(context.home, 'bin')));
  await server.start();
  return { url: nativeRedisUrl(context), server };
}

async function prepareContext(config: InfrastructureConfig, directory: string): Promise<ServerContext> {
  const runAs = await unprivilegedUser(config.GAVEL_RUN_AS);
  const home = await serverHome(directory, runAs, reportNothing);
  await mkdir(join(home, 'logs'), { recursive: true, mode: 0o755 });
  return {
    home,
    ports: await chooseServerPorts(home, { directory }),
    runAs,
    passwords: await serverPasswords(home),
    fsync: false,
    path: serverPath,
  };
}
