/** UCUM units and their words in Prometheus (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/). */
const words: Readonly<Record<string, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  min: 'minutes',
  h: 'hours',
  d: 'days',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  '%': 'percent',
};

/**
 * The name of a metric with its unit, as a Prometheus that receives OTLP writes it: `gavel.relay.delay` in `s` becomes
 * `gavel_relay_delay_seconds`. A gauge of unit 1 is a ratio. A unit in braces, such as `{event}`, adds nothing. The endings
 * `_total`, `_bucket`, `_sum` and `_count` are added later, by the serializer.
 */
export function prometheusName(name: string, unit: string, isGauge: boolean): string {
  const plain = name.replaceAll(/[^a-zA-Z0-9_]+/g, '_');
  const word = unitWord(unit, isGauge);
  if (word === '' || plain.endsWith(`_${word}`)) return plain;
  return plain.endsWith('_total') ? `${plain.slice(0, -'_total'.length)}_${word}` : `${plain}_${word}`;
}

function unitWord(unit: string, isGauge: boolean): string {
  if (unit === '1') return isGauge ? 'ratio' : '';
  const withoutBraces = unit.replaceAll(/\{[^}]*\}/g, '');
  const [counted = '', per = ''] = withoutBraces.split('/');
  const parts = [words[counted] ?? counted, per && `per_${words[per]?.replace(/s$/, '') ?? per}`];
  return parts
    .filter((part) => part !== '')
    .join('_')
    .replaceAll(/[^a-zA-Z0-9_]+/g, '_');
}
