import type { Resource } from '@opentelemetry/resources';
import {
  AggregationType,
  type IMetricReader,
  InstrumentType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import type { TelemetryConfig } from './config.ts';
import { createPrometheusReader } from './prometheus/reader.ts';

/**
 * Buckets for durations in seconds, because the SDK's own buckets are for milliseconds. They distinguish the milliseconds from a commit to
 * its projection as well as the seconds of an outage.
 */
const secondsBuckets: ViewOptions = {
  instrumentType: InstrumentType.HISTOGRAM,
  instrumentUnit: 's',
  aggregation: {
    type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
    options: { boundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] },
  },
};

/**
 * The metrics of this process: `readMetricsPage` shows them on request, and with a collector they are also sent every 15
 * seconds as OTLP over http.
 */
export async function createMeterProvider(
  resource: Resource,
  { endpoint, protocol }: Pick<TelemetryConfig, 'endpoint' | 'protocol'>,
): Promise<MeterProvider> {
  const readers: IMetricReader[] = [createPrometheusReader()];
  if (endpoint !== undefined) {
    readers.push(
      new PeriodicExportingMetricReader({
        exporter: await createExporter(protocol),
        exportIntervalMillis: 15_000,
        exportTimeoutMillis: 5_000,
      }),
    );
  }
  return new MeterProvider({ resource, readers, views: [secondsBuckets] });
}

async function createExporter(protocol: TelemetryConfig['protocol']): Promise<PushMetricExporter> {
  const { OTLPMetricExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-metrics-otlp-http')
      : await import('@opentelemetry/exporter-metrics-otlp-proto');
  return new OTLPMetricExporter({ timeoutMillis: 5_000 });
}
