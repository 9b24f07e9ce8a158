import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type ReceivedMetric, type ReceivedSpan, readMetrics, readSpans } from './otlp-json.ts';

export interface OtlpReceiver {
  /** The value for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  /** The environment of a process that sends to this collector, in the form that it can read. */
  readonly environment: {
    readonly OTEL_EXPORTER_OTLP_ENDPOINT: string;
    readonly OTEL_EXPORTER_OTLP_PROTOCOL: string;
  };
  /** All spans received so far, in order of arrival. */
  spans(): readonly ReceivedSpan[];
  /** The newest data points of every metric received so far. */
  metrics(): readonly ReceivedMetric[];
  close(): Promise<void>;
}

/**
 * A collector for tests: receives OTLP over http on a free loopback port and keeps everything in memory. It reads JSON, and refuses any
 * other form with 415.
 */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const metrics = new Map<string, ReceivedMetric>();
  const server = createServer(async (request, response) => {
    if (request.headers['content-type'] !== 'application/json') {
      request.resume();
      response.writeHead(415).end();
      return;
    }
    const body: unknown = JSON.parse(await text(request));
    if (request.url === '/v1/traces') spans.push(...readSpans(body));
    if (request.url === '/v1/metrics') {
      for (const metric of readMetrics(body)) metrics.set(`${metric.service}/${metric.name}`, metric);
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(0, '127.0.0.1', resolve);
  await listening;
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
    spans: () => spans,
    metrics: () => [...metrics.values()],
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}
