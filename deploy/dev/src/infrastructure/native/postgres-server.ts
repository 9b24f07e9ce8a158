import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { LaunchError } from '../../launch-error.ts';
import { giveTo, wrapCommand } from '../../process-control/run-as.ts';
import { lastLines, ServerProcess } from '../../process-control/server-process.ts';
import type { ServerHandle } from '../infrastructure.ts';
import type { PostgresBinaries } from '../install/postgres-binaries.ts';
import { serverAnswers } from '../server-answers.ts';
import { adminUser, type ServerContext } from './server-context.ts';
import { serverHandle } from './server-handle.ts';

/** The major version of the existing data, or undefined when there is none. */
export async function postgresDataVersion(home: string): Promise<number | undefined> {
  const text = await readFile(join(home, 'postgres/data/PG_VERSION'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text.trim());
}

/** A private Postgres that listens only on loopback and requires a password. Creates its data folder; `start` starts it. */
export async function postgresServer(
  context: ServerContext,
  binaries: PostgresBinaries,
): Promise<ServerHandle> {
  const { home, ports, runAs } = context;
  const directory = join(home, 'postgres');
  const logFile = join(home, 'logs/postgres.log');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await giveTo(directory, runAs);
  if ((await postgresDataVersion(home)) === undefined) await initialise(context, binaries, directory);
  const settings = {
    port: ports.postgres,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // Every process of the system and every test file has its own pools.
    max_connections: 400,
    shared_buffers: '256MB',
    fsync: context.fsync ? 'on' : 'off',
    full_page_writes: context.fsync ? 'on' : 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %q%u@%d ',
  };
  const flags = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const server = new ServerProcess({
    name: 'Postgres',
    command: [join(binaries.folder, 'postgres'), '-D', join(directory, 'data'), ...flags],
    env: { PATH: context.path, LC_ALL: 'C.UTF-8' },
    cwd: directory,
    logFile,
    runAs,
    // Postgres calls this "fast shutdown": it closes sessions and writes a checkpoint. After SIGTERM it would wait for its clients.
    stopSignal: 'SIGINT',
    stopTimeoutMs: 30_000,
  });
  return serverHandle(server, {
    name: 'postgres',
    port: ports.postgres,
    ports: { postgres: ports.postgres },
    logFile,
    async start() {
      await startWithRetries(server, context, logFile);
    },
  });
}

/** Runs initdb in another folder and then renames it, so that an interrupted initdb leaves no incomplete database. */
async function initialise(
  context: ServerContext,
  binaries: PostgresBinaries,
  directory: string,
): Promise<void> {
  const partial = join(directory, 'data.partial');
  const passwordFile = join(directory, 'initial-password');
  await rm(partial, { recursive: true, force: true });
  await writeFile(passwordFile, context.passwords.postgres, { mode: 0o600 });
  await giveTo(passwordFile, context.runAs);
  const initdb = [
    join(binaries.folder, 'initdb'),
    ...['--pgdata', partial, '--username', adminUser, '--pwfile', passwordFile],
    ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C.UTF-8'],
    ...(context.fsync ? [] : ['--no-sync']),
  ];
  const [program = '', ...args] = wrapCommand(initdb, context.runAs, undefined);
  const result = await execa(program, args, { cwd: directory, reject: false, all: true, stdin: 'ignore' });
  await rm(passwordFile, { force: true });
  if (result.failed) {
    throw new LaunchError('command-failed', `initdb could not create the data folder ${partial}.`, {
      log: result.all.split('\n').slice(-15).join('\n'),
      wayOut: 'Correct what the log above names, such as disk space or permissions, then start again.',
    });
  }
  await rename(partial, join(directory, 'data'));
}

/**
 * After a kill -9 of Postgres its orphaned child processes keep the shared memory for a moment, and a new server refuses to start
 * until they have ended. So a start that fails for this reason is retried for 15 s.
 */
async function startWithRetries(
  server: ServerProcess,
  context: ServerContext,
  logFile: string,
): Promise<void> {
  const deadline = Date.now() + 15_000;
  const address = { url: nativePostgresUrl(context), ports: {} };
  const isStopped = server.watchStops();
  for (;;) {
    server.spawn();
    try {
      return await server.waitUntil(() => serverAnswers('postgres', address), 60_000);
    } catch (error) {
      const log = await lastLines(logFile, 4);
      const orphans = /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(log);
      if (!orphans || Date.now() > deadline) throw error;
      await delay(200);
      if (isStopped()) throw error;
    }
  }
}

/** The URL of the server that `postgresServer` describes, as its superuser. */
export function nativePostgresUrl({ ports, passwords }: Pick<ServerContext, 'ports' | 'passwords'>): string {
  return `postgres://${adminUser}:${passwords.postgres}@127.0.0.1:${ports.postgres}/postgres`;
}
