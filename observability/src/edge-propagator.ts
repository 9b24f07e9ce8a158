import {
  type Context,
  context,
  createContextKey,
  type Link,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';

const strangerKey = createContextKey('the span that a visitor says is the parent');

/**
 * For a process that strangers call. Their `traceparent` is no parent: with it anybody could add spans to the trace of somebody else, or
 * decide what is recorded. A new trace begins, and `strangersLink` is its link to theirs. What this process sends is not changed.
 */
export function createEdgePropagator(inner: TextMapPropagator): TextMapPropagator {
  return {
    inject: (...args) => inner.inject(...args),
    fields: () => inner.fields(),
    extract(given, carrier, getter) {
      const stranger = trace.getSpanContext(inner.extract(given, carrier, getter));
      const own = trace.getSpanContext(given);
      return stranger && stranger !== own ? given.setValue(strangerKey, stranger) : given;
    },
  };
}

/** The link to the trace that the caller of this request named; undefined without one. */
export function strangersLink(active: Context = context.active()): Link | undefined {
  const stranger = active.getValue(strangerKey) as Link['context'] | undefined;
  return stranger && { context: stranger };
}
