import { expect, test } from 'vitest';
import { alertmanagerSettings, prometheusSettings } from './settings.ts';

const options = {
  targets: [
    { process: 'bff', port: 13_000 },
    { process: 'bids', port: 14_002 },
  ],
  rabbitmqPort: 14_692,
  ruleFiles: ['/data/slos.yaml'],
  alertmanagerPort: 14_793,
  everySeconds: 5,
};

test('Prometheus asks every process, by the label that rules and dashboards use, and RabbitMQ', () => {
  const settings = JSON.parse(prometheusSettings(options));
  expect(settings.scrape_configs).toEqual([
    {
      job_name: 'gavel',
      static_configs: [
        { targets: ['127.0.0.1:13000'], labels: { process: 'bff' } },
        { targets: ['127.0.0.1:14002'], labels: { process: 'bids' } },
      ],
    },
    { job_name: 'rabbitmq', static_configs: [{ targets: ['127.0.0.1:14692'] }] },
  ]);
  expect(settings.global).toMatchObject({ scrape_interval: '5s', evaluation_interval: '5s' });
  expect(settings.rule_files).toEqual(['/data/slos.yaml']);
  expect(settings.alerting.alertmanagers[0].static_configs).toEqual([{ targets: ['127.0.0.1:14793'] }]);
});

test('a RabbitMQ that runs elsewhere is not asked', () => {
  const settings = JSON.parse(prometheusSettings({ ...options, rabbitmqPort: undefined }));
  expect(settings.scrape_configs.map(({ job_name }: { job_name: string }) => job_name)).toEqual(['gavel']);
});

test('Alertmanager silences the ticket of an alert that pages', () => {
  expect(JSON.parse(alertmanagerSettings()).inhibit_rules).toEqual([
    { source_matchers: ['severity="page"'], target_matchers: ['severity="ticket"'], equal: ['alertname'] },
  ]);
});
