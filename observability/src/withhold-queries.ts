import type { SpanProcessor } from '@opentelemetry/sdk-trace';

const urlAttributes = ['url.full', 'http.url', 'http.target'];

/** A query string may hold a return path, a search or a token: paths are traced, queries are not. */
export const withholdQueries: SpanProcessor = {
  onStart(span) {
    for (const key of urlAttributes) {
      const value = span.attributes[key];
      const queryAt = typeof value === 'string' ? value.indexOf('?') : -1;
      if (typeof value === 'string' && queryAt >= 0) span.setAttribute(key, value.slice(0, queryAt));
    }
    if (span.attributes['url.query'] !== undefined) span.setAttribute('url.query', '[withheld]');
  },
  onEnd() {
    // Nothing to do: an ended span is read-only.
  },
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};
