import { runbookUrl } from './runbooks.ts';
import type { Slo } from './slos.ts';

/** A rule as Prometheus reads it. */
export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly Rule[];
}

const windows = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;

/**
 * How fast the error budget of 30 days burns, as multiples of the speed at which it lasts exactly 30 days, measured over a long and a
 * short window (Google's SRE workbook, "Alerting on SLOs", 6: https://sre.google/workbook/alerting-on-slos/). The short window
 * ends the alert soon after the trouble.
 */
const burns = [
  { severity: 'page', long: '1h', short: '5m', factor: 14.4, budget: '2% of the budget in an hour' },
  { severity: 'page', long: '6h', short: '30m', factor: 6, budget: '5% of the budget in six hours' },
  { severity: 'ticket', long: '1d', short: '2h', factor: 3, budget: '10% of the budget in a day' },
  { severity: 'ticket', long: '3d', short: '6h', factor: 1, budget: '10% of the budget in three days' },
] as const;

/** The recording rules and alerts of all promises, one group per promise. */
export function burnRateGroups(slos: readonly Slo[]): RuleGroup[] {
  return slos.map((slo) => ({
    name: `gavel-slo-${slo.record.replaceAll('_', '-')}`,
    rules: [
      ...windows.map((window) => ({ record: recordName(slo, window), expr: errorRatio(slo, window) })),
      ...burns.map((burn) => burnAlert(slo, burn)),
    ],
  }));
}

function burnAlert(slo: Slo, { severity, long, short, factor, budget }: (typeof burns)[number]): Rule {
  // Written as a product, so that a reader recognises factor and budget.
  const threshold = `(${factor} * ${Number((1 - slo.objective).toFixed(6))})`;
  const on = slo.by.join(', ');
  return {
    alert: slo.alert,
    expr: `${recordName(slo, long)} > ${threshold} and${on && ` on (${on})`} ${recordName(slo, short)} > ${threshold}`,
    labels: { severity, window: long },
    annotations: {
      summary: slo.summary,
      description: `{{ $value | humanizePercentage }} of ${long} is bad; the promise is ${slo.objective * 100}% good over 30 days. At this speed it uses ${budget}.`,
      runbook_url: runbookUrl(slo.alert),
    },
  };
}

function recordName({ record }: Slo, window: string): string {
  return `gavel:${record}:error_ratio_${window}`;
}

/** The share of bad events. Without events there is no value, so no alert. */
function errorRatio({ bad, good, all, by }: Slo, window: string): string {
  const sum = (selector: string) =>
    `sum${by.length > 0 ? ` by (${by.join(', ')})` : ''} (rate(${selector}[${window}]))`;
  if (good !== undefined) return `1 - ${sum(good)} / ${sum(all)}`;
  if (bad === undefined) throw new Error('a promise needs a selector of good or of bad events');
  // Before the first bad event its counter does not exist.
  return `(${sum(bad)} or 0 * ${sum(all)}) / ${sum(all)}`;
}
