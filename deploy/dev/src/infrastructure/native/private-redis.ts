import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unprivilegedUser } from '../../process-control/run-as.ts';
import type { ServerHandle } from '../infrastructure.ts';
import type { InfrastructureConfig } from '../infrastructure-config.ts';
import { requireRedis } from '../install/redis-binary.ts';
import { redisServer } from './redis-server.ts';
import { serverPasswords, serverPath } from './server-context.ts';
import { serverHome } from './server-home.ts';
import { chooseServerPorts } from './server-ports.ts';

/** A private Redis alone, without the servers that a Gavel needs; started, and the caller's to stop. */
export async function startPrivateRedis(
  config: InfrastructureConfig,
  directory: string,
): Promise<{ url: string; server: ServerHandle }> {
  const runAs = await unprivilegedUser(config.GAVEL_RUN_AS);
  const home = await serverHome(directory, runAs, () => undefined);
  await mkdir(join(home, 'logs'), { recursive: true, mode: 0o755 });
  const context = {
    home,
    ports: await chooseServerPorts(home, { directory }),
    runAs,
    passwords: await serverPasswords(home),
    fsync: false,
    path: serverPath,
  };
  const server = await redisServer(context, await requireRedis(serverPath, join(home, 'bin')));
  await server.start();
  return { url: `redis://:${context.passwords.redis}@127.0.0.1:${context.ports.redis}`, server };
}
