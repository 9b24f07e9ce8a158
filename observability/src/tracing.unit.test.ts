import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { extract, extractPublisher, inject, withSpan } from './tracing.ts';

describe('without telemetry', () => {
  test('inject returns an empty carrier, and withSpan only runs the work', async () => {
    expect(inject()).toEqual({});
    expect(await withSpan('work', {}, () => 42)).toBe(42);
    await expect(withSpan('work', {}, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
});

describe('with telemetry', () => {
  const exporter = new InMemorySpanExporter();

  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    const processor = new SimpleSpanProcessor({ exporter });
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [processor] }));
  });
  beforeEach(() => exporter.reset());
  afterAll(() => {
    trace.disable();
    context.disable();
    propagation.disable();
  });

  const finished = (name: string) => {
    const span = exporter.getFinishedSpans().find((each) => each.name === name);
    if (!span) throw new Error(`no span ${name} has ended`);
    return span;
  };

  test('a context passes through a carrier, as in an outbox row', async () => {
    const stored = await withSpan('append', {}, () => inject());
    await withSpan('publish', { kind: 'producer', parent: extract(stored) }, () => undefined);
    expect(finished('publish').spanContext().traceId).toBe(finished('append').spanContext().traceId);
    expect(finished('publish').parentSpanContext?.spanId).toBe(finished('append').spanContext().spanId);
  });

  test('the parent of a handled message is the span that published it, if that is in the trace of the request', () => {
    const [request, publisher, again] = ['a1', 'a2', 'b3'].map(([trace = '', span = '']) => ({
      traceparent: `00-${trace.repeat(32)}-${span.repeat(16)}-01`,
    }));
    const parent = (headers = {}, origin = {}) =>
      trace.getSpanContext(extractPublisher(headers, origin))?.spanId;
    expect(parent(publisher, request)).toBe('2'.repeat(16));
    expect(parent(again, request)).toBe('1'.repeat(16));
    expect(parent({}, request)).toBe('1'.repeat(16));
    expect(parent({ traceparent: 'odd' }, request)).toBe('1'.repeat(16));
    expect(parent(publisher, {})).toBe('2'.repeat(16));
    expect(parent({}, {})).toBeUndefined();
  });

  test('spans nest through awaits', async () => {
    await withSpan('outer', {}, async () => {
      await Promise.resolve();
      await withSpan('inner', {}, () => undefined);
    });
    expect(finished('inner').parentSpanContext?.spanId).toBe(finished('outer').spanContext().spanId);
  });

  test('an error is recorded only on the innermost span, and marks all spans around it as failed', async () => {
    const broken = new Error('broken');
    const outer = withSpan('outer', {}, () => withSpan('inner', {}, () => Promise.reject(broken)));
    await expect(outer).rejects.toBe(broken);
    expect(finished('inner').events).toHaveLength(1);
    expect(finished('outer').events).toHaveLength(0);
    expect(finished('outer').status.code).toBe(finished('inner').status.code);
    expect(finished('outer').attributes['error.type']).toBe('Error');
  });

  test('a replay starts a new trace that links to its origin', async () => {
    const origin = await withSpan('origin', {}, () => inject());
    await withSpan('replay', { root: true, links: [origin, {}] }, () => undefined);
    expect(finished('replay').links.map((link) => link.context.traceId)).toEqual([
      finished('origin').spanContext().traceId,
    ]);
    expect(finished('replay').spanContext().traceId).not.toBe(finished('origin').spanContext().traceId);
  });

  test('a missing or malformed context starts a new trace, even inside another span', async () => {
    await withSpan('around', {}, async () => {
      await withSpan('fresh', { parent: extract({ traceparent: null }) }, () => undefined);
      await withSpan('odd', { parent: extract({ traceparent: 'not-a-context' }) }, () => undefined);
    });
    expect(finished('fresh').parentSpanContext).toBeUndefined();
    expect(finished('odd').parentSpanContext).toBeUndefined();
  });
});
