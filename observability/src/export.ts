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

export interface Export {
  spanProcessors: SpanProcessor[];
  meterProvider: MeterProvider;
}

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
 * Exports spans every second and metrics every 15 seconds, as OTLP over http (JSON) to OTEL_EXPORTER_OTLP_ENDPOINT. While the collector
 * is unavailable, spans are lost but requests are not delayed: the queue is bounded, and an export ends after five seconds.
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

const urlAttributes = ['url.full', 'http.url', 'http.target'];

/** Removes query strings from spans, because they may contain search words, return paths or tokens. Paths are kept. */
const withholdQueries: SpanProcessor = {
  onStart(span) {
    for (const key of urlAttributes) {
      const value = span.attributes[key];
      const queryAt = typeof value === 'string' ? value.indexOf('?') : -1;
      if (typeof value === 'string' && queryAt >= 0) span.setAttribute(key, value.slice(0, queryAt));
    }
    if (span.attributes['url.query'] !== undefined) span.setAttribute('url.query', '[withheld]');
  },
  onEnd() {
    // An ended span is read-only.
  },
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};
