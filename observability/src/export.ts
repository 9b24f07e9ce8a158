import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { withholdQueries } from './withhold-queries.ts';

export interface Export {
  spanProcessors: SpanProcessor[];
  meterProvider: MeterProvider;
}

/**
 * Spans every second and metrics every fifteen, as OTLP over http (JSON) to OTEL_EXPORTER_OTLP_ENDPOINT. A collector that is
 * away costs spans, never requests: the queue is bounded and an export is given up after five seconds.
 */
export function createExport(resource: Resource): Export {
  const spans = new BatchSpanProcessor({
    exporter: new OTLPTraceExporter({ timeoutMillis: 5_000 }),
    scheduledDelayMillis: 1_000,
    maxQueueSize: 8_192,
    maxExportBatchSize: 1_024,
    exportTimeoutMillis: 5_000,
  });
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ timeoutMillis: 5_000 }),
    exportIntervalMillis: 15_000,
    exportTimeoutMillis: 5_000,
  });
  return {
    spanProcessors: [withholdQueries, spans],
    meterProvider: new MeterProvider({ resource, readers: [reader] }),
  };
}
