import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { environment } from '@gavel/dev/config';
import type { Infrastructure, InfrastructureUrls } from '@gavel/dev/infrastructure';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import { dropDatabases, ensureDatabases, migrateDatabases, newPasswords } from '@gavel/dev/system/databases';
import { httpUrl, type SystemContext } from '@gavel/dev/system/system-context';
import { freePorts } from '@gavel/dev/testing/free-ports';
import { startTestInfrastructure } from '@gavel/dev/testing/private-infrastructure';
import { type DatabaseName, type GavelProcess, type ProcessName, processesFor } from '@gavel/processes';
import { Redis } from 'ioredis';
import { useSmallSegments } from './broker-policies.ts';
import { type InstanceName, type KeptProcess, keepProcess, type ProcessChange } from './kept-process.ts';
import { freshSystemDirectory } from './system-directory.ts';

const processes = processesFor({ nats: false });

// Benchmarks, faults and tests send more than people do.
const unlimited = { RATE_LIMIT_FACTOR: '10000', AUTH_LIMIT_UNKNOWN_FACTOR: '10' };

export interface SystemOptions {
  /** Also start the web app, which must be built before. Default: false. */
  readonly bff?: boolean;
  /** Added to the environment of every process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Replaces the entry of a process (a path from the project's root) or adds to its environment; false leaves it out. */
  readonly processes?: Partial<Record<ProcessName, ProcessChange | false>>;
  /** Processes that run in two instances, where one is the standby of the other. */
  readonly doubled?: readonly ProcessName[];
  /** Use these servers, with a new vhost and new databases, instead of starting private servers. */
  readonly infrastructure?: InfrastructureUrls;
  /** For private servers: with false, Postgres is faster and may lose data at a power failure, but not at a kill -9. Default: false. */
  readonly fsync?: boolean;
  /** Size of the streams' segments, which retention removes as a whole. Default: as the topology declares it. */
  readonly segmentBytes?: number;
  /** Receives one line per step. */
  readonly report?: (line: string) => void;
}

/** A complete private Gavel: real servers and real processes, and nothing shared with another Gavel on the machine. */
export interface System {
  /** Base URL of each process, also of processes that serve only health checks. */
  readonly urls: Readonly<Record<ProcessName, string>>;
  /** URL of each database for its owner role. */
  readonly databaseUrls: Readonly<Record<DatabaseName, string>>;
  /** `servers` is set when the servers are private and may be killed and started. */
  readonly infrastructure: Pick<Infrastructure, 'urls' | 'servers'>;
  /** Logs of the processes, one file each. */
  readonly logDirectory: string;
  /** Base URL of each instance of a process that is part of this system. */
  instances(name: ProcessName): readonly string[];
  /** Pid of a process, or null while it is down. */
  pid(name: InstanceName): number | null;
  /** How often a process was restarted. */
  restarts(name: InstanceName): number;
  /** Default signal: SIGKILL. Resolves when the process has ended. The keeper then restarts it. */
  kill(name: InstanceName, signal?: NodeJS.Signals): Promise<void>;
  /** Stops a process gracefully. It stays stopped until `startProcess`. */
  stopProcess(name: InstanceName): Promise<void>;
  /** Starts a process that `stopProcess` ended; resolves when it is ready. */
  startProcess(name: InstanceName): Promise<void>;
  /** Sends a signal that does not end the process. */
  signal(name: InstanceName, signal: NodeJS.Signals): void;
  /** Resolves when one process (default: every process) is ready; throws when this takes longer than `timeoutMs`. */
  ready(timeoutMs?: number, name?: InstanceName): Promise<void>;
  /** Stops the processes in reverse order, then private servers; on other servers it drops the vhost and the databases. */
  stop(): Promise<void>;
}

/**
 * Starts a private Gavel with the real entry points and the real process list, in this order: servers, databases,
 * migrations, processes. Resolves when every process is ready. On failure it stops everything that it started.
 */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const report = options.report ?? (() => undefined);
  const directory = await freshSystemDirectory();
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    const infrastructure = await provideInfrastructure(options, directory.id, undo);
    if (options.segmentBytes !== undefined) {
      await useSmallSegments(infrastructure.urls, options.segmentBytes);
    }
    const suffix = infrastructure.servers === undefined ? `_${directory.id}` : '';
    const databaseUrls = await ensureDatabases(infrastructure.urls.postgresUrl, newPasswords(), suffix);
    if (suffix !== '') undo.push(() => dropDatabases(infrastructure.urls.postgresUrl, suffix));
    const context: SystemContext = {
      urls: infrastructure.urls,
      ports: await freePorts(processes.map(({ name }) => name)),
      databaseUrls,
      directory: directory.path,
    };
    await migrateDatabases(databaseUrls);
    report('databases are migrated');

    const kept = new Map<InstanceName, KeptProcess>();
    undo.push(async () => {
      for (const one of [...kept.values()].toReversed()) await one.stop();
    });
    const logDirectory = join(directory.path, 'logs');
    await mkdir(logDirectory, { recursive: true });
    for (const definition of chosenProcesses(options)) {
      const { name } = definition;
      const rest = {
        env: { ...unlimited, ...options.env },
        change: options.processes?.[name] || {},
        logDirectory,
        report,
      };
      kept.set(
        name,
        keepProcess(definition, context, { ...rest, instance: name, port: context.ports[name] }),
      );
      if (!options.doubled?.includes(name)) continue;
      const instance: InstanceName = `${name}-2`;
      const { [instance]: port } = await freePorts([instance]);
      kept.set(instance, keepProcess(definition, context, { ...rest, instance, port: port as number }));
    }
    await startInOrder(kept);
    report(`processes are ready; their logs are in ${logDirectory}`);
    return systemOf(kept, context, { infrastructure, logDirectory, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

async function provideInfrastructure(
  options: SystemOptions,
  id: string,
  undo: (() => Promise<void>)[],
): Promise<Pick<Infrastructure, 'urls' | 'servers'>> {
  if (options.infrastructure === undefined) {
    const infrastructure = await startTestInfrastructure({
      fsync: options.fsync ?? false,
      ...(options.report === undefined ? {} : { report: options.report }),
    });
    undo.push(() => infrastructure.stop());
    return infrastructure;
  }
  const vhost = `system-${id}`;
  const urls = await createVhost(options.infrastructure, vhost);
  undo.push(() => deleteVhost(urls.managementUrl, vhost));
  const redisUrl = new URL(urls.redisUrl);
  // Redis has 16 numbered databases. Number 0 is the default of all other users; test files that run at once have one each.
  redisUrl.pathname = `/${1 + (Number(environment.VITEST_POOL_ID ?? 0) % 15)}`;
  await emptyRedis(redisUrl.href);
  return { urls: { ...urls, redisUrl: redisUrl.href }, servers: undefined };
}

/** The system before may have left sessions and counted requests. */
async function emptyRedis(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    await redis.flushdb();
  } finally {
    redis.disconnect();
  }
}

function chosenProcesses({ bff = false, processes: changes = {} }: SystemOptions): GavelProcess[] {
  return processes.filter(({ name }) => changes[name] !== false && (name !== 'bff' || bff));
}

/** Starts each process as soon as those that must be up before it are ready. */
async function startInOrder(kept: ReadonlyMap<InstanceName, KeptProcess>): Promise<void> {
  const starts = new Map<InstanceName, Promise<void>>();
  const start = (name: InstanceName): Promise<void> => {
    const one = kept.get(name);
    if (one === undefined) return Promise.resolve();
    const known = starts.get(name);
    if (known !== undefined) return known;
    const started = Promise.all(one.definition.startsAfter.map(start)).then(() => one.start());
    starts.set(name, started);
    return started;
  };
  // Waits for all starts before it throws, so that the stop that follows finds no process that is still starting.
  const results = await Promise.allSettled([...kept.keys()].map(start));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

function systemOf(
  kept: ReadonlyMap<InstanceName, KeptProcess>,
  { ports, databaseUrls }: SystemContext,
  rest: Pick<System, 'infrastructure' | 'logDirectory' | 'stop'>,
): System {
  const named = (name: InstanceName): KeptProcess => {
    const one = kept.get(name);
    if (one === undefined) throw new Error(`${name} is not part of this system`);
    return one;
  };
  const urls = Object.fromEntries(processes.map(({ name }) => [name, httpUrl(ports[name])]));
  return {
    ...rest,
    urls: urls as Record<ProcessName, string>,
    instances: (name) =>
      [...kept.values()].filter(({ definition }) => definition.name === name).map(({ url }) => url),
    databaseUrls,
    pid: (name) => named(name).pid,
    restarts: (name) => named(name).restarts,
    kill: (name, signal = 'SIGKILL') => named(name).kill(signal),
    stopProcess: (name) => named(name).stop(),
    startProcess: (name) => named(name).start(),
    signal: (name, signal) => named(name).signal(signal),
    async ready(timeoutMs = 60_000, name) {
      const waited = name === undefined ? [...kept.values()] : [named(name)];
      await Promise.all(waited.map((one) => one.ready(timeoutMs)));
    },
  };
}
