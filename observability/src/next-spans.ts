import {
  type Context,
  context,
  type Span,
  SpanKind,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { nameRoute } from './http-route.ts';

/**
 * A tracer provider that fits Next's spans to ours. Next starts a server span for each request, and a second one after the middleware, below
 * the server span of the http instrumentation. They become internal spans, so that a request has one server span. Its
 * route is the one with which Next starts the span that renders the page or runs the handler; the server span ends before Next itself adds it.
 */
export function withFittingNextSpans(provider: TracerProvider): TracerProvider {
  return {
    getTracer(name, version, options) {
      const tracer = provider.getTracer(name, version, options);
      return name === 'next.js' ? fitTracer(tracer) : tracer;
    },
  };
}

function fitTracer(tracer: Tracer): Tracer {
  const startSpan = (name: string, options: SpanOptions = {}, parent: Context = context.active()): Span => {
    const route = options.attributes?.['next.route'];
    if (typeof route === 'string') nameRoute(route);
    const isSecondServer = options.kind === SpanKind.SERVER && trace.getSpanContext(parent) !== undefined;
    return tracer.startSpan(name, isSecondServer ? { ...options, kind: SpanKind.INTERNAL } : options, parent);
  };
  // The API has three forms of this method: the work is the last argument, and options and parent may be missing.
  const startActiveSpan = (name: string, ...rest: unknown[]): unknown => {
    const work = rest.pop() as (span: Span) => unknown;
    const [options, parent = context.active()] = rest as [SpanOptions?, Context?];
    const span = startSpan(name, options, parent);
    return context.with(trace.setSpan(parent, span), work, undefined, span);
  };
  return { startSpan, startActiveSpan: startActiveSpan as Tracer['startActiveSpan'] };
}
