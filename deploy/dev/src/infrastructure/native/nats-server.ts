import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { giveTo } from '../../process-control/run-as.ts';
import { ServerProcess } from '../../process-control/server-process.ts';
import type { ServerHandle } from '../infrastructure.ts';
import { serverAnswers } from '../server-answers.ts';
import { adminUser, type ServerContext } from './server-context.ts';
import { serverHandle } from './server-handle.ts';

/** A private NATS server on loopback, with a password and JetStream. `start` starts it. */
export async function natsServer(context: ServerContext, binary: string): Promise<ServerHandle> {
  const { home, ports, runAs, passwords } = context;
  const directory = join(home, 'nats');
  const logFile = join(home, 'logs/nats.log');
  const confFile = join(directory, 'nats.conf');
  await mkdir(join(directory, 'data'), { recursive: true, mode: 0o700 });
  const conf = [
    'server_name: gavel',
    'host: 127.0.0.1',
    `port: ${ports.nats}`,
    `jetstream { store_dir: ${JSON.stringify(join(directory, 'data'))} }`,
    `authorization { user: ${adminUser}, password: ${JSON.stringify(passwords.nats)} }`,
    '',
  ];
  await writeFile(confFile, conf.join('\n'), { mode: 0o600 });
  for (const path of [directory, join(directory, 'data'), confFile]) await giveTo(path, runAs);
  const server = new ServerProcess({
    name: 'NATS',
    command: [binary, '--config', confFile],
    env: { PATH: context.path, LC_ALL: 'C.UTF-8', HOME: directory },
    cwd: directory,
    logFile,
    runAs,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
  });
  return serverHandle(server, {
    name: 'nats',
    port: ports.nats,
    ports: { nats: ports.nats },
    logFile,
    async start() {
      const address = { url: nativeNatsUrl(context), ports: {} };
      server.spawn();
      await server.waitUntil(() => serverAnswers('nats', address), 20_000);
    },
  });
}

/** The URL of the server that `natsServer` describes, with credentials. */
export function nativeNatsUrl({ ports, passwords }: Pick<ServerContext, 'ports' | 'passwords'>): string {
  return `nats://${adminUser}:${passwords.nats}@127.0.0.1:${ports.nats}`;
}
