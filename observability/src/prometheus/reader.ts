import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { DataPointType, type MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { createLogger } from '../logger.ts';
import { prometheusName } from './metric-name.ts';
import { serveMetricsPage } from './metrics-page.ts';

/** A gauge may ask the database. Prometheus itself waits ten seconds. */
const COLLECT_MS = 3_000;

const log = createLogger('metrics');

/**
 * A metric reader for Prometheus. It opens no port: the process's own http server answers `/metrics` with `readMetricsPage`. A gauge that
 * cannot be read is left out, and the first failure and the recovery are logged.
 */
export function createPrometheusReader(): MetricReader {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer();
  let failing = false;
  serveMetricsPage(async () => {
    const { resourceMetrics, errors } = await reader.collect({ timeoutMillis: COLLECT_MS });
    if (errors.length > 0 && !failing) log.warn({ err: errors[0] }, 'a metric cannot be read');
    if (errors.length === 0 && failing) log.info('all metrics can be read again');
    failing = errors.length > 0;
    return serializer.serialize(withUnitsInNames(resourceMetrics));
  });
  return reader;
}

/** OpenTelemetry's serializer leaves units out of the names. Over OTLP, Prometheus adds them. */
function withUnitsInNames({ resource, scopeMetrics }: ResourceMetrics): ResourceMetrics {
  return {
    resource,
    scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.map((metric) => {
        const { name, unit } = metric.descriptor;
        const isGauge = metric.dataPointType === DataPointType.GAUGE;
        return { ...metric, descriptor: { ...metric.descriptor, name: prometheusName(name, unit, isGauge) } };
      }),
    })),
  };
}
