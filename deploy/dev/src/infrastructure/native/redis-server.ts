import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { giveTo } from '../../process-control/run-as.ts';
import { ServerProcess } from '../../process-control/server-process.ts';
import type { ServerHandle } from '../infrastructure.ts';
import type { ServerContext } from './server-context.ts';
import { serverHandle } from './server-handle.ts';

/** A private Redis on loopback, with a password, keeping an append-only file. */
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
    logFile,
    async start() {
      server.spawn();
      await server.waitUntil(() => answersPing(ports.redis, passwords.redis), 20_000);
    },
  });
}

/** One PING over a bare socket; while Redis loads its file it answers -LOADING, which is not yet ready. */
function answersPing(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    let answer = '';
    const finish = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(1_000, () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (answer.split('\r\n').length > 2) finish(answer.includes('+PONG'));
    });
  });
}
