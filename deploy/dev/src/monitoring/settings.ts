/** One process that Prometheus asks. `process` becomes a label, by which rules and dashboards find it. */
export interface Target {
  readonly process: string;
  readonly port: number;
}

/** The configuration of Prometheus: every process of Gavel, RabbitMQ when it runs here, the rules, and Alertmanager. JSON is YAML. */
export function prometheusSettings(options: {
  readonly targets: readonly Target[];
  readonly rabbitmqPort: number | undefined;
  readonly ruleFiles: readonly string[];
  readonly alertmanagerPort: number;
  readonly everySeconds: number;
}): string {
  const { targets, rabbitmqPort, ruleFiles, alertmanagerPort, everySeconds } = options;
  const every = `${everySeconds}s`;
  return json({
    global: {
      scrape_interval: every,
      scrape_timeout: `${Math.min(everySeconds, 10)}s`,
      evaluation_interval: every,
    },
    rule_files: ruleFiles,
    alerting: { alertmanagers: [{ static_configs: [{ targets: [local(alertmanagerPort)] }] }] },
    scrape_configs: [
      {
        job_name: 'gavel',
        static_configs: targets.map(({ process, port }) => ({ targets: [local(port)], labels: { process } })),
      },
      ...(rabbitmqPort === undefined
        ? []
        : [{ job_name: 'rabbitmq', static_configs: [{ targets: [local(rabbitmqPort)] }] }]),
    ],
  });
}

/** The configuration of Alertmanager. It shows alerts and tells nobody: a real one adds receivers. */
export function alertmanagerSettings(): string {
  return json({
    route: { receiver: 'nobody', group_by: ['alertname'] },
    receivers: [{ name: 'nobody' }],
    // A page about a promise makes its tickets superfluous.
    inhibit_rules: [
      { source_matchers: ['severity="page"'], target_matchers: ['severity="ticket"'], equal: ['alertname'] },
    ],
  });
}

function local(port: number): string {
  return `127.0.0.1:${port}`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
