import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationType,
  InstrumentType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { withholdQueries } from './withhold-queries.ts';

export interface Export {
  spanProcessors: SpanProcessor[];
  meterProvider: MeterProvider;
}

/**
 * Every duration is in seconds and the SDK's own buckets are made for milliseconds. A commit reaches its projection in
 * milliseconds and an outage takes seconds: both must be told apart.
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
    meterProvider: new MeterProvider({ resource, readers: [reader], views: [secondsBuckets] }),
  };
}
