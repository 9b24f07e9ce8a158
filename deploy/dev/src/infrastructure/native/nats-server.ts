import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { giveTo } from '../../process-control/run-as.ts';
import { ServerProcess } from '../../process-control/server-process.ts';
import type { ServerHandle } from '../infrastructure.ts';
import { adminUser, type ServerContext } from './server-context.ts';
import { serverHandle } from './server-handle.ts';

/** A private NATS server on loopback, with a password and JetStream. */
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
    logFile,
    async start() {
      server.spawn();
      await server.waitUntil(() => greets(ports.nats), 20_000);
    },
  });
}

/** Where that server answers. */
export function nativeNatsUrl({ ports, passwords }: Pick<ServerContext, 'ports' | 'passwords'>): string {
  return `nats://${adminUser}:${passwords.nats}@127.0.0.1:${ports.nats}`;
}

/** The server speaks first: a line that also says whether JetStream is there. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let greeting = '';
    const finish = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(1_000, () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
    socket.on('data', (chunk) => {
      greeting += chunk.toString();
      if (greeting.includes('\r\n')) finish(/^INFO .*"jetstream":true/.test(greeting));
    });
  });
}
