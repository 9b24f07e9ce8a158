import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type GavelProcess, type ProcessName, processesFor } from '@gavel/processes';
import type { DevConfig } from '../config.ts';
import { chooseProvider } from '../infrastructure/choose-provider.ts';
import type { Infrastructure, InfrastructureUrls } from '../infrastructure/infrastructure.ts';
import { createVhost } from '../infrastructure/rabbitmq-management.ts';
import { LaunchError } from '../launch-error.ts';
import { monitoringServers } from '../monitoring/servers.ts';
import { Keeper, type Runnable } from '../process-control/keeper.ts';
import { nodeProcess } from '../process-control/node-process.ts';
import { projectRoot } from '../project-root.ts';
import { ensureBffBuild } from './bff-build.ts';
import { ensureDatabases, migrateDatabases, readPasswords } from './databases.ts';
import { mailCatcher } from './mail-catcher.ts';
import { baseEnvironment, processEnvironment } from './process-environment.ts';
import type { SystemContext } from './system-context.ts';
import { writeConnections } from './system-files.ts';

export interface SystemOptions {
  readonly config: DevConfig;
  readonly env: NodeJS.ProcessEnv;
  /** Receives one line per step, to show to the user. */
  readonly report: (line: string) => void;
  /** Called after each change of `kept`. */
  readonly onChange?: () => void;
  /** For tests of the launcher itself: replaces the real processes. Nothing is migrated or built then. */
  readonly processes?: readonly GavelProcess[];
}

/** The servers, databases and processes of one Gavel: starts them in order, restarts them, stops them in reverse order. */
export class System {
  readonly #options: SystemOptions;
  readonly #servers: Keeper[] = [];
  readonly #monitoring: Keeper[] = [];
  readonly #processes = new Map<ProcessName, Keeper>();
  #starting: Promise<Infrastructure> | undefined;
  #infrastructure: Infrastructure | undefined;
  #prepared: Promise<SystemContext> | undefined;
  readonly #ending = new AbortController();
  #built: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(options: SystemOptions) {
    this.#options = options;
  }

  /** What was started so far: servers first, then processes, then what watches them. */
  get kept(): readonly Keeper[] {
    return [...this.#servers, ...this.#processes.values(), ...this.#monitoring];
  }

  get urls(): InfrastructureUrls | undefined {
    return this.#infrastructure?.urls;
  }

  /** Starts everything, and resolves when each process is ready. On failure it stops everything again. */
  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      const interrupted = this.#ending.signal.aborted;
      await this.stop();
      // After `stop` the step that was under way fails, because its servers end. That is not the reason.
      throw interrupted ? interruptedStart() : error;
    }
  }

  /** Stops each process when no running process needs it any more, then the servers. The data stays. It restarts nothing meanwhile. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#ending.abort();
    for (const keeper of this.kept) keeper.retire();
    await Promise.all(this.#monitoring.map((keeper) => keeper.stop()));
    const left = new Set(this.#processes.keys());
    while (left.size > 0) {
      const needed = new Set<ProcessName>(
        [...left].flatMap((name) => this.#definition(name)?.startsAfter ?? []),
      );
      const free = [...left].filter((name) => !needed.has(name));
      await Promise.all(free.map((name) => this.#processes.get(name)?.stop()));
      for (const name of free) left.delete(name);
    }
    // A migration that is running keeps its server until it ends.
    await Promise.allSettled([this.#prepared]);
    await Promise.all(this.#servers.map((keeper) => keeper.stop()));
    // The servers may still be starting. After the abort their start fails, or it succeeded just before.
    await this.#starting?.then(
      (infrastructure) => infrastructure.stop(),
      () => undefined,
    );
    await this.#built.catch(() => undefined);
  }

  async #start(): Promise<void> {
    const { config, env, report } = this.#options;
    await mkdir(join(config.directory, 'logs'), { recursive: true, mode: 0o755 });
    const definitions = this.#definitions();
    if (this.#options.processes === undefined) this.#built = this.#build();
    // It is awaited below. Until then a failure must not count as an unhandled rejection.
    this.#built.catch(() => undefined);

    const choice = chooseProvider(env);
    report(`infrastructure: ${choice.reason}`);
    this.#starting = choice.provider.start({
      directory: config.directory,
      preferredPorts: config.preferredServerPorts,
      forcedPorts: config.forcedServerPorts,
      nats: config.nats,
      signal: this.#ending.signal,
      report,
    });
    const infrastructure = await this.#starting;
    // Before the servers are kept: `stop` has found none to stop, so it stops the infrastructure.
    this.#throwIfStopped();
    this.#infrastructure = infrastructure;
    for (const server of Object.values(infrastructure.servers ?? {})) {
      const keeper = this.#keeper(server);
      keeper.adopt();
      this.#servers.push(keeper);
    }

    this.#prepared = this.#prepare(infrastructure.urls);
    const context = await this.#prepared;
    this.#throwIfStopped();
    if (config.mail && this.#options.processes === undefined) await this.#startMailCatcher(context);
    const ready = new Map<ProcessName, Promise<void>>();
    for (const definition of definitions) {
      const before = definition.startsAfter.map((name) => ready.get(name));
      const after = definition.name === 'bff' ? [...before, this.#built] : before;
      const started = Promise.all(after).then(() => this.#startProcess(definition, context));
      started.catch(() => undefined);
      ready.set(definition.name, started);
    }
    // The first failure ends the start. `start` then stops the processes that are still starting, too.
    await Promise.all([this.#built, ...ready.values()]);
    await this.#startMonitoring(infrastructure);
  }

  async #prepare(urls: InfrastructureUrls): Promise<SystemContext> {
    const { config, report } = this.#options;
    const passwords = await readPasswords(config.directory);
    const databaseUrls = await ensureDatabases(urls.postgresUrl, passwords);
    const context: SystemContext = {
      urls: await createVhost(urls, 'gavel'),
      ports: config.processPorts,
      databaseUrls,
      directory: config.directory,
    };
    await writeConnections(
      context,
      this.#definitions().map(({ name }) => name),
    );
    if (this.#options.processes !== undefined) return context;
    this.#throwIfStopped();
    await migrateDatabases(databaseUrls);
    this.#throwIfStopped();
    report('databases have the newest schema');
    return context;
  }

  async #build(): Promise<void> {
    const began = performance.now();
    const built = await ensureBffBuild(baseEnvironment(this.#options.env), this.#ending.signal);
    if (built && !this.#ending.signal.aborted) this.#options.report(`web app built (${seconds(began)})`);
  }

  async #startProcess(definition: GavelProcess, context: SystemContext): Promise<void> {
    this.#throwIfStopped();
    const began = performance.now();
    const keeper = this.#keeper(
      nodeProcess({
        name: definition.name,
        entry: definition.entry,
        cwd: projectRoot,
        env: processEnvironment(definition, context, this.#environment()),
        logFile: join(context.directory, 'logs', `${definition.name}.log`),
        readyUrl: `http://127.0.0.1:${context.ports[definition.name]}/readyz`,
        ...(this.#options.processes === undefined ? {} : { preload: [] }),
      }),
    );
    this.#processes.set(definition.name, keeper);
    await keeper.start();
    this.#options.report(`${definition.name} is ready (${seconds(began)})`);
  }

  /** Last, because it needs every process to run, and nothing needs it. */
  async #startMonitoring({ servers }: Infrastructure): Promise<void> {
    const { config, env, report } = this.#options;
    if (config.monitoring === undefined) return;
    const runnables = await monitoringServers({
      directory: config.directory,
      env,
      ports: config.monitoring,
      targets: this.#definitions().map(({ name }) => ({ process: name, port: config.processPorts[name] })),
      rabbitmqPort: servers?.rabbitmq.ports.prometheus,
      report,
    });
    this.#throwIfStopped();
    for (const runnable of runnables) this.#monitoring.push(this.#keeper(runnable));
    await Promise.all(this.#monitoring.map((keeper) => keeper.start()));
    report('Prometheus and Alertmanager are ready');
  }

  async #startMailCatcher({ directory }: SystemContext): Promise<void> {
    const { config, env } = this.#options;
    const keeper = this.#keeper(mailCatcher({ directory, ports: config.mailPorts, env }));
    this.#servers.push(keeper);
    await keeper.start();
  }

  #keeper(runnable: Runnable): Keeper {
    return new Keeper(runnable, {
      onChange: () => this.#options.onChange?.(),
      report: this.#options.report,
    });
  }

  #definitions(): readonly GavelProcess[] {
    return this.#options.processes ?? processesFor(this.#options.config);
  }

  /** The user's environment. Without a mail server of the user, mails go to the mail catcher. */
  #environment(): NodeJS.ProcessEnv {
    const { config, env } = this.#options;
    return config.mail ? { ...env, SMTP_URL: `smtp://127.0.0.1:${config.mailPorts.smtp}` } : env;
  }

  #definition(name: ProcessName): GavelProcess | undefined {
    return this.#definitions().find((definition) => definition.name === name);
  }

  #throwIfStopped(): void {
    if (this.#ending.signal.aborted) throw interruptedStart();
  }
}

function interruptedStart(): LaunchError {
  return new LaunchError('command-failed', 'The start was interrupted.', { wayOut: 'Run `make up` again.' });
}

function seconds(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`;
}
