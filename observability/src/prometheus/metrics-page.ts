/** The media type of Prometheus's text format. */
export const METRICS_MEDIA_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type ReadPage = () => Promise<string>;

// On the global object, because the web app's bundle contains a second copy of this module.
const key = Symbol.for('gavel.observability.metrics-page');
const place = globalThis as { [key]?: ReadPage };

/** The preload names the function here that reads the metrics of this process. */
export function serveMetricsPage(read: ReadPage): void {
  place[key] = read;
}

/** All metrics of this process in Prometheus's text format. Undefined in a process without the preload. */
export async function readMetricsPage(): Promise<string | undefined> {
  return place[key]?.();
}
