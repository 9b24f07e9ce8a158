import { randomBytes } from 'node:crypto';
import { access, chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LaunchError } from '../../launch-error.ts';
import { giveTo } from '../../process-control/run-as.ts';
import { ServerProcess } from '../../process-control/server-process.ts';
import type { ServerHandle } from '../infrastructure.ts';
import type { RabbitmqBinaries } from '../install/rabbitmq-root.ts';
import { acceptsConnections } from '../probe-port.ts';
import { managementRequest } from '../rabbitmq-management.ts';
import { serverAnswers } from '../server-answers.ts';
import { adminUser, type ServerContext } from './server-context.ts';

const plugins = ['rabbitmq_stream', 'rabbitmq_management', 'rabbitmq_prometheus'];

/**
 * A private RabbitMQ 4 on loopback with streams, management and metrics; `start` starts it. Erlang's port mapper (epmd) is started
 * here as well, because otherwise Erlang starts it as a daemon that keeps running after the broker.
 */
export async function rabbitmqServer(
  context: ServerContext,
  binaries: RabbitmqBinaries,
): Promise<ServerHandle> {
  const { home, ports, runAs, passwords } = context;
  const directory = join(home, 'rabbitmq');
  const logFile = join(home, 'logs/rabbitmq.log');
  await writeFiles(context, directory);
  const env = environment(context, binaries, directory);
  const base = { env, cwd: directory, runAs, stopSignal: 'SIGTERM' as const };
  const mapper = new ServerProcess({
    ...base,
    name: 'epmd',
    command: [binaries.epmd, '-address', '127.0.0.1', '-port', String(ports.epmd)],
    logFile: join(home, 'logs/epmd.log'),
    stopTimeoutMs: 2_000,
  });
  const broker = new ServerProcess({
    ...base,
    name: 'RabbitMQ',
    command: [binaries.server],
    logFile,
    stopTimeoutMs: 30_000,
  });
  const { amqp, stream, management, prometheus, epmd, distribution } = ports;
  const managementUrl = `http://${adminUser}:${passwords.rabbitmq}@127.0.0.1:${management}`;
  const address = { url: managementUrl, ports: { amqp, stream } };
  return {
    name: 'rabbitmq',
    port: amqp,
    ports: { amqp, stream, management, prometheus, epmd, distribution },
    logFile,
    get pid() {
      return broker.pid;
    },
    async start() {
      const isStopped = broker.watchStops();
      mapper.spawn();
      await mapper.waitUntil(() => acceptsConnections(epmd), 10_000);
      // The mapper of an earlier start keeps running while only the broker is killed.
      if (isStopped()) throw stoppedWhileStarting(logFile);
      broker.spawn();
      await broker.waitUntil(() => serverAnswers('rabbitmq', address), 90_000);
      await registerStreams(managementUrl, join(directory, 'streams-registered'), isStopped);
      if (isStopped()) throw stoppedWhileStarting(logFile);
    },
    async stop() {
      await broker.stop();
      await mapper.stop();
    },
    kill: () => broker.kill(),
    exited: () => broker.exited(),
  };
}

async function writeFiles({ ports, passwords, runAs }: ServerContext, directory: string): Promise<void> {
  await mkdir(join(directory, 'data'), { recursive: true, mode: 0o700 });
  await mkdir(join(directory, 'logs'), { recursive: true, mode: 0o700 });
  const cookie = join(directory, '.erlang.cookie');
  const hasCookie = await access(cookie).then(
    () => true,
    () => false,
  );
  if (!hasCookie) await writeFile(cookie, randomBytes(20).toString('hex'), { mode: 0o400 });
  await chmod(cookie, 0o400);
  const conf = [
    `listeners.tcp.1 = 127.0.0.1:${ports.amqp}`,
    `stream.listeners.tcp.1 = 127.0.0.1:${ports.stream}`,
    // Stream clients connect to the advertised address. One of these lines without the other has no effect.
    'stream.advertised_host = 127.0.0.1',
    `stream.advertised_port = ${ports.stream}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${ports.management}`,
    'prometheus.tcp.ip = 127.0.0.1',
    `prometheus.tcp.port = ${ports.prometheus}`,
    `default_user = ${adminUser}`,
    `default_pass = ${passwords.rabbitmq}`,
    'default_user_tags.administrator = true',
    'vm_memory_high_watermark.absolute = 1GiB',
    'disk_free_limit.absolute = 512MB',
    'log.file = false',
    'log.console = true',
    'log.console.level = info',
    '',
  ];
  const confFile = join(directory, 'rabbitmq.conf');
  const pluginsFile = join(directory, 'enabled_plugins');
  await writeFile(confFile, conf.join('\n'), { mode: 0o600 });
  await writeFile(pluginsFile, `[${plugins.join(',')}].\n`);
  for (const name of ['', 'data', 'logs', '.erlang.cookie', 'rabbitmq.conf', 'enabled_plugins']) {
    await giveTo(join(directory, name), runAs);
  }
}

function environment(
  context: ServerContext,
  binaries: RabbitmqBinaries,
  directory: string,
): Record<string, string> {
  const { ports, path } = context;
  return {
    PATH: `${binaries.erlangFolder}:${path}`,
    HOME: directory,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_CRASH_DUMP_SECONDS: '0',
    RABBITMQ_CONF_ENV_FILE: join(directory, 'no-such-file'),
    RABBITMQ_NODENAME: 'gavel@localhost',
    RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(directory, 'data'),
    RABBITMQ_LOG_BASE: join(directory, 'logs'),
    RABBITMQ_PID_FILE: join(directory, 'rabbitmq.pid'),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    // The default is to listen on every interface.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    // Makes the script exec the Erlang machine, so that the pid is the broker's and signals reach it.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
}

/**
 * RabbitMQ starts its stream coordinator with the first stream, and writes a file about it half a second later. After a kill -9
 * in between, no stream becomes available again. (Measured with 4.0.5: killed at once, it never recovered; killed after 1 s, it
 * always did.) So the first start with new data creates a stream and waits for 1 s.
 */
async function registerStreams(
  managementUrl: string,
  marker: string,
  isStopped: () => boolean,
): Promise<void> {
  const done = await access(marker).then(
    () => true,
    () => false,
  );
  if (done) return;
  const queue = '/api/queues/%2F/gavel-first-stream';
  const stream = { durable: true, arguments: { 'x-queue-type': 'stream' } };
  await withRetries(() => managementRequest(managementUrl, 'PUT', queue, stream), isStopped);
  await withRetries(() => managementRequest(managementUrl, 'DELETE', queue).catch(unlessMissing), isStopped);
  await delay(1_000);
  if (isStopped()) return;
  await writeFile(marker, '');
}

/**
 * Retries for 30 s, or until the broker is stopped. On a busy machine creating the first stream takes long, and a call may have
 * an effect although it timed out.
 */
async function withRetries(call: () => Promise<unknown>, isStopped: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      await call();
      return;
    } catch (error) {
      if (isStopped() || Date.now() > deadline) throw error;
      await delay(250);
    }
  }
}

function stoppedWhileStarting(logFile: string): LaunchError {
  return new LaunchError('server-died', 'RabbitMQ was stopped while it was starting.', {
    wayOut: `The whole log is ${logFile}.`,
  });
}

function unlessMissing(error: unknown): void {
  if (!String(error).includes('answered 404')) throw error;
}
