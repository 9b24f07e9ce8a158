import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';
import type { TelemetryConfig } from './config.ts';

/**
 * Exports spans every second as OTLP over http to OTEL_EXPORTER_OTLP_ENDPOINT. While the collector is unavailable, spans are
 * lost but requests are not delayed: the queue is bounded, and an export ends after five seconds.
 */
export async function createSpanProcessors(protocol: TelemetryConfig['protocol']): Promise<SpanProcessor[]> {
  const spans = new BatchSpanProcessor({
    exporter: await createExporter(protocol),
    scheduledDelayMillis: 1_000,
    maxQueueSize: 8_192,
    maxExportBatchSize: 1_024,
    exportTimeoutMillis: 5_000,
  });
  return [withholdQueries, spans];
}

async function createExporter(protocol: TelemetryConfig['protocol']): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter({ timeoutMillis: 5_000 });
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
