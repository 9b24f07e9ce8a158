import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRules } from '@gavel/alerts/read-rules';
import { environment } from '@gavel/dev/config';
import { managementRequest } from '@gavel/dev/infrastructure/rabbitmq-management';
import { monitoringServers } from '@gavel/dev/monitoring';
import { Keeper } from '@gavel/dev/process-control/keeper';
import { freePorts } from '@gavel/dev/testing/free-ports';
import { z } from 'zod';
import type { System } from '../system/start-system.ts';

/** A running Prometheus and Alertmanager. */
export interface Monitoring {
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
  stop(): Promise<void>;
}

const overview = z.object({ listeners: z.array(z.object({ protocol: z.string(), port: z.number() })) });

/**
 * Prometheus and Alertmanager as `make up OBSERVE=1` starts them, watching the processes of a system and its RabbitMQ. They ask every
 * second, and the rules fire after a second where the real ones wait for minutes.
 * @param expressions replaces the expressions of alerts, by their names: a limit that a test can reach
 */
export async function startMonitoring(
  system: System,
  expressions: Readonly<Record<string, string>> = {},
): Promise<Monitoring> {
  const directory = join(system.logDirectory, '..', 'monitoring');
  const rules = join(directory, 'rules');
  await mkdir(rules, { recursive: true });
  for (const [name, groups] of Object.entries(readRules())) {
    const quick = groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({
        ...rule,
        ...(rule.for !== undefined && { for: '1s' }),
        expr: expressions[rule.alert ?? ''] ?? rule.expr,
      })),
    }));
    // JSON is YAML.
    await writeFile(join(rules, `${name}.yaml`), JSON.stringify({ groups: quick }));
  }
  const ports = await freePorts(['monitoring', 'alerts']);
  const servers = await monitoringServers({
    directory,
    env: environment,
    ports,
    targets: Object.entries(system.urls).map(([process, url]) => ({
      process,
      port: Number(new URL(url).port),
    })),
    rabbitmqPort: await rabbitmqMetricsPort(system.infrastructure.urls.managementUrl),
    rules,
    everySeconds: 1,
    report: (line) => process.stderr.write(`${line}\n`),
  });
  const keepers = servers.map(
    (each) => new Keeper(each, { onChange: () => undefined, report: () => undefined }),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(keepers.map((keeper) => keeper.stop()));
  };
  try {
    await Promise.all(keepers.map((keeper) => keeper.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  const local = (port: number) => `http://127.0.0.1:${port}`;
  return { prometheusUrl: local(ports.monitoring), alertmanagerUrl: local(ports.alerts), stop };
}

async function rabbitmqMetricsPort(managementUrl: string): Promise<number | undefined> {
  const { listeners } = overview.parse(await managementRequest(managementUrl, 'GET', '/api/overview'));
  return listeners.find(({ protocol }) => protocol === 'http/prometheus')?.port;
}
