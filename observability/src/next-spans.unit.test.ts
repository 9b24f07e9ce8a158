import { context, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { RPCType } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { trackRoute } from './http-route.ts';
import { withFittingNextSpans } from './next-spans.ts';

const exporter = new InMemorySpanExporter();
const provider = withFittingNextSpans(
  new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
);
const next = provider.getTracer('next.js');
const server = { kind: SpanKind.SERVER };

beforeAll(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());
beforeEach(() => exporter.reset());

/** Runs `work` as a request: inside a server span of the http instrumentation, which reads the route at the end. */
function inRequest(work: () => void): string | undefined {
  const span = provider.getTracer('http').startSpan('GET', server);
  const metadata: Parameters<typeof trackRoute>[0] = { type: RPCType.HTTP, span };
  context.with(trace.setSpan(context.active(), span), () => {
    trackRoute(metadata);
    work();
  });
  span.end();
  return metadata.route;
}

test("Next's server spans below the request's server span are internal, and name its route", () => {
  const route = inRequest(() => {
    next.startActiveSpan('GET', server, (span) => {
      next.startActiveSpan('render', { attributes: { 'next.route': '/items/[id]' } }, (inner) => inner.end());
      span.end();
    });
  });
  expect(route).toBe('/items/[id]');
  const kinds = exporter.getFinishedSpans().map(({ name, kind }) => [name, kind]);
  expect(kinds).toEqual([
    ['render', SpanKind.INTERNAL],
    ['GET', SpanKind.INTERNAL],
    ['GET', SpanKind.SERVER],
  ]);
  const [render, internal, outer] = exporter.getFinishedSpans();
  expect(render?.parentSpanContext?.spanId).toBe(internal?.spanContext().spanId);
  expect(internal?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
});

test("Next's server span without a request around it remains a server span, and so do those of others", () => {
  next.startActiveSpan('GET', server, context.active(), (span) => span.end());
  inRequest(() => provider.getTracer('other').startActiveSpan('GET', server, (span) => span.end()));
  expect(exporter.getFinishedSpans().map(({ kind }) => kind)).toEqual([
    SpanKind.SERVER,
    SpanKind.SERVER,
    SpanKind.SERVER,
  ]);
});
