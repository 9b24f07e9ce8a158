import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unprivilegedUser } from '../../process-control/run-as.ts';
import type { ServerHandle } from '../infrastructure.ts';
import type { InfrastructureConfig } from '../infrastructure-config.ts';
import { ensureNatsBinary } from '../install/nats-binary.ts';
import { nativeNatsUrl, natsServer } from './nats-server.ts';
import { serverPasswords, serverPath } from './server-context.ts';
import { serverHome, usableCache } from './server-home.ts';
import { chooseServerPorts } from './server-ports.ts';

/** A private NATS server alone, without the servers that a Gavel needs; started, and the caller's to stop. */
export async function startPrivateNats(
  config: InfrastructureConfig,
  directory: string,
): Promise<{ url: string; server: ServerHandle }> {
  const quiet = (): void => undefined;
  const runAs = await unprivilegedUser(config.GAVEL_RUN_AS);
  const home = await serverHome(directory, runAs, quiet);
  await mkdir(join(home, 'logs'), { recursive: true, mode: 0o755 });
  const binary = await ensureNatsBinary(serverPath, await usableCache(config.GAVEL_CACHE, runAs), quiet);
  const context = {
    home,
    ports: await chooseServerPorts(home, { directory }),
    runAs,
    passwords: await serverPasswords(home),
    fsync: false,
    path: serverPath,
  };
  const server = await natsServer(context, binary);
  await server.start();
  return { url: nativeNatsUrl(context), server };
}
