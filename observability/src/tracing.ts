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

/** The W3C trace context as it travels: in message headers and in an outbox row. */
export interface TraceCarrier {
  traceparent?: string;
  tracestate?: string;
}

/** A carrier as a database row or a header map gives it, where "none" may be null. */
export interface ReceivedCarrier {
  readonly traceparent?: string | null | undefined;
  readonly tracestate?: string | null | undefined;
}

export interface WithSpanOptions {
  /** What the span is to its trace; `internal` unless told. */
  kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  attributes?: Attributes;
  /** The parent; the active span unless told. `extract(…)` gives one from a message. */
  parent?: Context;
  /** Traces that led to this work without being its parent: a batch's messages, a replayed event's origin. */
  links?: readonly ReceivedCarrier[];
  /** Starts a trace of its own. */
  root?: boolean;
  /** Instrumentation scope; `gavel` unless told. */
  scope?: string;
}

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/** An error passes through every span around it; only the innermost records it. */
const recorded = new WeakSet<object>();

/** A tracer of the API: harmless in a process that started no telemetry. */
export function tracer(name: string): Tracer {
  return trace.getTracer(name);
}

/** The active trace context, ready to be stored or sent; empty when there is none. */
export function inject(): TraceCarrier {
  const carrier: TraceCarrier = {};
  propagation.inject(context.active(), carrier, {
    set(target, key, value) {
      if (key === 'traceparent' || key === 'tracestate') target[key] = value;
    },
  });
  return carrier;
}

/** The context that a message or row carries; an empty root when it carries none or a malformed one. */
export function extract(carrier: ReceivedCarrier): Context {
  return propagation.extract(ROOT_CONTEXT, carrier, {
    get: (from, key) =>
      key === 'traceparent' || key === 'tracestate' ? (from[key] ?? undefined) : undefined,
    keys: () => ['traceparent', 'tracestate'],
  });
}

/**
 * Runs `work` inside a span and ends the span when it settles. A thrown error is recorded once, on the innermost
 * span, marks every span it passes as failed, and goes on to the caller unchanged.
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

/** The span that work here belongs to, if any. */
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
