import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readInfrastructureConfig } from '../infrastructure/infrastructure-config.ts';
import { serverPath } from '../infrastructure/native/server-context.ts';
import { serverHome } from '../infrastructure/native/server-home.ts';
import type { Runnable } from '../process-control/keeper.ts';
import { answersOk } from '../process-control/node-process.ts';
import { giveTo, type RunAs, unprivilegedUser } from '../process-control/run-as.ts';
import { ServerProcess } from '../process-control/server-process.ts';
import { projectRoot } from '../project-root.ts';
import { httpUrl } from '../system/system-context.ts';
import { ensureMonitoringBinaries } from './binaries.ts';
import { alertmanagerSettings, prometheusSettings, type Target } from './settings.ts';

export interface MonitoringOptions {
  /** The data folder of the system. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly ports: { readonly monitoring: number; readonly alerts: number };
  readonly targets: readonly Target[];
  /** The port of RabbitMQ's own metrics; undefined when RabbitMQ runs elsewhere. */
  readonly rabbitmqPort: number | undefined;
  /** The folder with the rules. Default: those of `deploy/alerts`. */
  readonly rules?: string;
  /** How often Prometheus asks and evaluates. Default: 15. */
  readonly everySeconds?: number;
  readonly report: (line: string) => void;
}

/** Prometheus with the rules of `deploy/alerts`, and Alertmanager, on loopback and not as root. A keeper starts them. */
export async function monitoringServers(options: MonitoringOptions): Promise<Runnable[]> {
  const { directory, env, ports, targets, rabbitmqPort, everySeconds = 15, report } = options;
  const { GAVEL_RUN_AS } = readInfrastructureConfig(env);
  const runAs = await unprivilegedUser(GAVEL_RUN_AS);
  const home = join(await serverHome(directory, runAs, report), 'monitoring');
  const binaries = await ensureMonitoringBinaries(serverPath, report);
  const files = (name: string) => join(home, name);
  for (const folder of ['', 'prometheus', 'alertmanager']) await ownFolder(files(folder), runAs);
  // The unprivileged user may be unable to enter the checkout.
  const ruleFiles = await copyRules(options.rules ?? join(projectRoot, 'deploy/alerts/rules'), home);
  await writeFile(
    files('prometheus.yml'),
    prometheusSettings({ targets, rabbitmqPort, ruleFiles, everySeconds, alertmanagerPort: ports.alerts }),
  );
  await writeFile(files('alertmanager.yml'), alertmanagerSettings());
  return [
    server('alertmanager', ports.alerts, home, runAs, [
      binaries.alertmanager,
      `--config.file=${files('alertmanager.yml')}`,
      `--storage.path=${files('alertmanager')}`,
      `--web.listen-address=127.0.0.1:${ports.alerts}`,
      '--cluster.listen-address=',
    ]),
    server('prometheus', ports.monitoring, home, runAs, [
      binaries.prometheus,
      `--config.file=${files('prometheus.yml')}`,
      `--storage.tsdb.path=${files('prometheus')}`,
      '--storage.tsdb.retention.time=15d',
      `--web.listen-address=127.0.0.1:${ports.monitoring}`,
    ]),
  ];
}

function server(
  name: string,
  port: number,
  home: string,
  runAs: RunAs | undefined,
  command: readonly string[],
): Runnable {
  const logFile = join(home, `${name}.log`);
  const url = httpUrl(port);
  const readyUrl = `${url}/-/ready`;
  const child = new ServerProcess({
    name,
    command,
    env: { PATH: serverPath, LC_ALL: 'C.UTF-8', HOME: home },
    cwd: home,
    logFile,
    runAs,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 15_000,
  });
  return {
    name,
    logFile,
    port,
    page: { url, readyUrl },
    get pid() {
      return child.pid;
    },
    async start() {
      child.spawn();
      await child.waitUntil(() => answersOk(readyUrl), 60_000);
    },
    stop: () => child.stop(),
    exited: () => child.exited(),
  };
}

async function copyRules(source: string, home: string): Promise<string[]> {
  const names = (await readdir(source)).filter((name) => name.endsWith('.yaml')).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const file = join(home, name);
      await copyFile(join(source, name), file);
      return file;
    }),
  );
}

async function ownFolder(folder: string, runAs: RunAs | undefined): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await giveTo(folder, runAs);
}
