import { readdirSync, readFileSync } from 'node:fs';
import { streams } from '@gavel/proto/topology';
import { expect, test } from 'vitest';
import { unknownMetrics } from './known-metrics.ts';
import { allRules, withoutThresholds } from './read-rules.ts';
import { runbookFile, runbookHeadings, runbookUrl } from './runbooks.ts';
import { slos } from './slos.ts';

const rules = allRules();
const alerts = rules.filter((rule) => rule.alert !== undefined);
const names = [...new Set(alerts.map(({ alert = '' }) => alert))];
const runbooks = new URL('../../runbooks/', import.meta.url);

test('every alert says how urgent it is, what is wrong, and where its runbook is', () => {
  for (const { alert = '', labels, annotations } of alerts) {
    expect(labels?.severity, alert).toMatch(/^(page|ticket)$/);
    expect(annotations, alert).toMatchObject({
      summary: expect.any(String),
      description: expect.any(String),
      runbook_url: runbookUrl(alert),
    });
  }
});

test('every alert has a runbook with all headings, and every runbook has an alert', () => {
  expect(readdirSync(runbooks).sort()).toEqual(names.map(runbookFile).sort());
  for (const name of names) {
    const page = readFileSync(new URL(runbookFile(name), runbooks), 'utf8');
    expect(
      [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading),
      name,
    ).toEqual(runbookHeadings);
    expect(page, name).toMatch(/^# \S+: /);
    expect(page.startsWith(`# ${name}: `), name).toBe(true);
  }
});

test('every rule reads metrics that exist', () => {
  const recorded = new Set(rules.flatMap(({ record }) => (record === undefined ? [] : [record])));
  expect(rules.flatMap(({ expr }) => unknownMetrics(expr, recorded))).toEqual([]);
});

test('a metric that nobody exports is noticed', () => {
  expect(
    unknownMetrics('sum by (gavel_outbox_name) (rate(gavel_relay_sent_total{a="b"}[5m]))', new Set()),
  ).toEqual(['gavel_relay_sent_total']);
});

test('every promise has pages and tickets over two windows, and a test of every alert exists', () => {
  for (const { alert } of slos) {
    const severities = alerts.filter((rule) => rule.alert === alert).map(({ labels }) => labels?.severity);
    expect(severities, alert).toEqual(['page', 'page', 'ticket', 'ticket']);
  }
  const tests = ['causes', 'slos']
    .map((name) => readFileSync(new URL(`../tests/${name}.yaml`, import.meta.url), 'utf8'))
    .join('');
  const tested = new Set([...tests.matchAll(/alertname: (\S+)\n\s+exp_alerts/g)].map(([, name]) => name));
  expect(names.filter((name) => !tested.has(name))).toEqual([]);
});

test('every outbox is missed when nothing reports it any more', () => {
  const outboxes = Object.keys(streams).map((stream) => stream.replace(/^gavel\./, ''));
  expect(outboxes).toContain('bids');
  for (const [name, series] of [
    ['GavelNoActiveRelay', 'gavel_relay_active'],
    ['GavelOutboxOld', 'gavel_outbox_oldest_age_seconds'],
  ] as const) {
    const compared = alerts.filter(({ alert }) => alert === name).map(({ expr }) => expr);
    for (const outbox of outboxes)
      expect(compared.join('\n')).toContain(`absent(${series}{gavel_outbox_name="${outbox}"})`);
  }
});

test('what an alert compares is its expression without the limits', () => {
  expect(withoutThresholds('up{process!=""} == 0')).toBe('up{process!=""}');
  expect(withoutThresholds('a:b_1h > (14.4 * 0.001) and on (c) a:b_5m > (14.4 * 0.001)')).toBe(
    'a:b_1h and on (c) a:b_5m',
  );
  expect(withoutThresholds('a == 0 or absent(b{c="d"})')).toBe('a or b{c="d"}');
  for (const { expr } of alerts) expect(withoutThresholds(expr), expr).not.toMatch(/(?<![!=])[<>]|==|absent/);
});
