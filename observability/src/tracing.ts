import {
  type Attributes,
  type Context,
  context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';

export type { Attributes, Context, Span, Tracer };

/** The W3C trace context in message headers and in outbox rows. */
export interface TraceCarrier {
  traceparent?: string;
  tracestate?: string;
}

/** A carrier from a database row or a header map, where a missing value may be null. */
export interface ReceivedCarrier {
  readonly traceparent?: string | null | undefined;
  readonly tracestate?: string | null | undefined;
}

export interface WithSpanOptions {
  /** Default: `internal`. */
  kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  attributes?: Attributes;
  /** The parent, for example from `extract(…)`. Default: the active span. */
  parent?: Context;
  /** Other traces that caused this work: the messages of a batch, the origin of a replayed event. */
  links?: readonly ReceivedCarrier[];
  /** Starts a new trace. */
  root?: boolean;
  /** The instrumentation scope. Default: `gavel`. */
  scope?: string;
}

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/** Errors that a span has recorded. The spans around it do not record them again. */
const recorded = new WeakSet<object>();

/** A tracer of the API. Without telemetry it does nothing. */
export function tracer(name: string): Tracer {
  return trace.getTracer(name);
}

/** The active trace context, for storing or sending. Empty when there is none. */
export function inject(): TraceCarrier {
  const carrier: TraceCarrier = {};
  propagation.inject(context.active(), carrier, {
    set(target, key, value) {
      if (key === 'traceparent' || key === 'tracestate') target[key] = value;
    },
  });
  return carrier;
}

/** The context of a message or row. An empty root context when it is missing or malformed. */
export function extract(carrier: ReceivedCarrier): Context {
  return propagation.extract(ROOT_CONTEXT, carrier, {
    get: (from, key) =>
      key === 'traceparent' || key === 'tracestate' ? (from[key] ?? undefined) : undefined,
    keys: () => ['traceparent', 'tracestate'],
  });
}

/**
 * The parent of the span that handles a message: the span that published it. When the publisher sent no context, or published the event
 * again in another trace, the parent is the context of the request that caused the event, so that a request and all that it caused are
 * one trace.
 * @param headers the message's own headers, as the publisher wrote them
 */
export function extractPublisher(headers: ReceivedCarrier, origin: ReceivedCarrier): Context {
  const publisher = extract(headers);
  const cause = extract(origin);
  const [published, caused] = [publisher, cause].map((each) => trace.getSpanContext(each)?.traceId);
  return published !== undefined && (caused === undefined || published === caused) ? publisher : cause;
}

/**
 * Runs `work` inside a span, and ends the span when the work settles. A thrown error is recorded once, on the innermost span. It marks
 * all spans around it as failed, and reaches the caller unchanged.
 */
export async function withSpan<T>(
  name: string,
  options: WithSpanOptions,
  work: (span: Span) => Promise<T> | T,
): Promise<T> {
  const parent = options.parent ?? context.active();
  const span = tracer(options.scope ?? 'gavel').startSpan(name, spanOptions(options), parent);
  try {
    return await context.with(trace.setSpan(parent, span), work, undefined, span);
  } catch (error) {
    markFailed(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** The active span, if there is one. */
export function activeSpan(): Span | undefined {
  return trace.getActiveSpan();
}

function spanOptions(options: WithSpanOptions): SpanOptions {
  return {
    kind: kinds[options.kind ?? 'internal'],
    ...(options.attributes && { attributes: options.attributes }),
    ...(options.links && { links: options.links.flatMap(toLink) }),
    ...(options.root && { root: true }),
  };
}

function toLink(carrier: ReceivedCarrier): Link[] {
  const linked = trace.getSpanContext(extract(carrier));
  return linked ? [{ context: linked }] : [];
}

function markFailed(span: Span, error: unknown): void {
  const known = error instanceof Error;
  span.setStatus({ code: SpanStatusCode.ERROR, message: known ? error.message : String(error) });
  span.setAttribute('error.type', known ? error.name : typeof error);
  if (known && recorded.has(error)) return;
  if (known) recorded.add(error);
  span.recordException(known ? error : String(error));
}
