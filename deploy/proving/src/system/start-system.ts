import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Infrastructure, InfrastructureUrls } from '@gavel/dev/infrastructure/infrastructure';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import { httpUrl, type SystemContext } from '@gavel/dev/system/system-context';
import { startTestInfrastructure } from '@gavel/dev/testing/private-infrastructure';
import { type DatabaseName, type GavelProcess, type ProcessName, processesFor } from '@gavel/processes';
import { createDatabases, dropDatabases, migrateDatabases } from './create-databases.ts';
import { freePorts } from './free-ports.ts';
import { type InstanceName, type KeptProcess, keepProcess, type ProcessChange } from './kept-process.ts';
import { freshSystemDirectory } from './system-directory.ts';

const processes = processesFor({ nats: false });

export interface SystemOptions {
  /** Start the web app too: it must have been built. Default false. */
  readonly bff?: boolean;
  /** Added to the environment of every process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Replaces the entry of a process (a path from the project's root) or adds to its environment; false leaves it out. */
  readonly processes?: Partial<Record<ProcessName, ProcessChange | false>>;
  /** Processes of which two instances run, for those that stand by for each other. */
  readonly doubled?: readonly ProcessName[];
  /** Use these servers, in a vhost and databases of the system's own, instead of starting private ones. */
  readonly infrastructure?: InfrastructureUrls;
  /** Of private servers: false trades safety against power loss (not against kill -9) for speed. Default false. */
  readonly fsync?: boolean;
  /** Told one line per step. */
  readonly report?: (line: string) => void;
}

/** A whole Gavel of one's own: real servers, real processes, nothing shared with a running one. */
export interface System {
  /** Base URL of each process, also of those that only serve health. */
  readonly urls: Readonly<Record<ProcessName, string>>;
  /** Owner's URL of each database. */
  readonly databaseUrls: Readonly<Record<DatabaseName, string>>;
  /** `servers` is there when they are private: they may be killed and started. */
  readonly infrastructure: Pick<Infrastructure, 'urls' | 'servers'>;
  /** Logs of the processes, one file each. */
  readonly logDirectory: string;
  /** Pid of a process, or null while it is down. */
  pid(name: InstanceName): number | null;
  /** How often a process was started again. */
  restarts(name: InstanceName): number;
  /** SIGKILL unless told otherwise; resolves when the process is gone. It is started again by itself. */
  kill(name: InstanceName, signal?: NodeJS.Signals): Promise<void>;
  /** Ends a process in order and leaves it down until `startProcess`. */
  stopProcess(name: InstanceName): Promise<void>;
  /** Starts a process that `stopProcess` ended; resolves when it is ready. */
  startProcess(name: InstanceName): Promise<void>;
  /** Sends a signal that the process is meant to survive. */
  signal(name: InstanceName, signal: NodeJS.Signals): void;
  /** Resolves when a process, or every one, answers that it is ready; throws when one does not within `timeoutMs`. */
  ready(timeoutMs?: number, name?: InstanceName): Promise<void>;
  /** Stops the processes in reverse order, then the servers, or what was made on them. */
  stop(): Promise<void>;
}

/**
 * Starts a whole private Gavel with the real entry points and the real process list: servers, databases, migrations,
 * processes, in that order; resolves when every process is ready. On failure everything is stopped again.
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
    const suffix = infrastructure.servers === undefined ? `_${directory.id}` : '';
    const databaseUrls = await createDatabases(infrastructure.urls.postgresUrl, suffix);
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
      const rest = { env: options.env, change: options.processes?.[name] || {}, logDirectory, report };
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
  // Redis has 16 numbered databases; 0 is everybody else's.
  redisUrl.pathname = `/${1 + (Number.parseInt(id, 36) % 15)}`;
  return { urls: { ...urls, redisUrl: redisUrl.href }, servers: undefined };
}

function chosenProcesses({ bff = false, processes: changes = {} }: SystemOptions): GavelProcess[] {
  return processes.filter(({ name }) => changes[name] !== false && (name !== 'bff' || bff));
}

/** As many at once as their order allows. */
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
  // All settle before a failure is told, so that the stop that follows finds nothing half-started.
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
