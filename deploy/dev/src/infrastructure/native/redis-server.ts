import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { giveTo } from '../../process-control/run-as.ts';
import { ServerProcess } from '../../process-control/server-process.ts';
import type { ServerHandle } from '../infrastructure.ts';
import { serverAnswers } from '../server-answers.ts';
import type { ServerContext } from './server-context.ts';
import { serverHandle } from './server-handle.ts';

/** A private Redis on loopback, with a password and an append-only file. `start` starts it. */
export async function redisServer(context: ServerContext, binary: string): Promise<ServerHandle> {
  const { home, ports, runAs, passwords } = context;
  const directory = join(home, 'redis');
  const logFile = join(home, 'logs/redis.log');
  const confFile = join(directory, 'redis.conf');
  await mkdir(join(directory, 'data'), { recursive: true, mode: 0o700 });
  const conf = [
    'bind 127.0.0.1',
    `port ${ports.redis}`,
    `requirepass ${passwords.redis}`,
    `dir ${JSON.stringify(join(directory, 'data'))}`,
    'appendonly yes',
    `appendfsync ${context.fsync ? 'everysec' : 'no'}`,
    'save ""',
    'daemonize no',
    'logfile ""',
    '',
  ];
  await writeFile(confFile, conf.join('\n'), { mode: 0o600 });
  for (const path of [directory, join(directory, 'data'), confFile]) await giveTo(path, runAs);
  const server = new ServerProcess({
    name: 'Redis',
    command: [binary, confFile],
    env: { PATH: context.path, LC_ALL: 'C.UTF-8' },
    cwd: directory,
    logFile,
    runAs,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
  });
  return serverHandle(server, {
    name: 'redis',
    port: ports.redis,
    ports: { redis: ports.redis },
    logFile,
    async start() {
      const address = { url: nativeRedisUrl(context), ports: {} };
      server.spawn();
      await server.waitUntil(() => serverAnswers('redis', address), 20_000);
    },
  });
}

/** The URL of the server that `redisServer` describes, with the password. */
export function nativeRedisUrl({ ports, passwords }: Pick<ServerContext, 'ports' | 'passwords'>): string {
  return `redis://:${passwords.redis}@127.0.0.1:${ports.redis}`;
}
