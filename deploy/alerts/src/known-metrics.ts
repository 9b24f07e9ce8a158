import { metric } from '@gavel/observability/attributes';
import { prometheusName } from '@gavel/observability/metric-name';

/** Metrics of the instrumentations, of Prometheus, RabbitMQ and Kubernetes: their names are not ours. */
const foreign = /^(up|nodejs_|v8js_|http_(server|client)_request_|db_client_|rabbitmq_|kube_|container_)/;

const endings = { counter: ['_total'], gauge: [''], histogram: ['_bucket', '_sum', '_count'] } as const;

/** Every name under which Gavel's own metrics appear in Prometheus. */
export const ownMetrics: ReadonlySet<string> = new Set(
  Object.values(metric).flatMap(({ name, unit, kind }) =>
    endings[kind].map((ending) => `${prometheusName(name, unit, kind === 'gauge')}${ending}`),
  ),
);

/** The metrics and recorded series that a PromQL expression reads. */
export function metricsIn(expr: string): string[] {
  const plain = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|on|without)\s*\([^)]*\)/g, '');
  return [...plain.matchAll(/[a-z_:][a-z0-9_:]*/gi)]
    .map(([name]) => name)
    .filter((name) => name.includes('_') || name === 'up')
    .filter((name) => !/^(histogram_quantile|min_over_time)$/.test(name));
}

/** Names in an expression that no process exports and no rule records. */
export function unknownMetrics(expr: string, recorded: ReadonlySet<string>): string[] {
  return metricsIn(expr).filter(
    (name) => !(ownMetrics.has(name) || recorded.has(name) || foreign.test(name)),
  );
}
