import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClassifiedBatch } from '../application/apply-batch.ts';
import type { DeliveredEvent } from '../application/classify-delivery.ts';
import { inBatchSpans } from './spans.ts';

describe('spans of a batch', () => {
  const exporter = new InMemorySpanExporter();

  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(
      new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
    );
  });
  beforeEach(() => exporter.reset());
  afterAll(() => {
    trace.disable();
    context.disable();
    propagation.disable();
  });

  const [first, second] = ['a'.repeat(32), 'b'.repeat(32)] as const;

  const batchOf = (ageMs: number, ...traceIds: string[]): ClassifiedBatch => ({
    move: {
      consumer: 'user-stats',
      partition: 'gavel.bids-1',
      from: { offset: null, version: null },
      to: 9n,
    },
    unreadable: [],
    passed: 0,
    events: traceIds.map(
      (traceId, i): DeliveredEvent => ({
        offset: BigInt(i),
        headers: {},
        bytes: Buffer.alloc(0),
        body: { $typeName: 'bids.v1.BidPlaced' } as DeliveredEvent['body'],
        envelope: {
          id: `event-${i}`,
          source: '/gavel/bids',
          type: 'bids.v1.BidPlaced',
          subject: 'gavel.bids.bid_placed.x',
          time: new Date(Date.now() - ageMs).toISOString(),
          partitionkey: 'x',
          sequence: '1',
          traceparent: `00-${traceId}-${'c'.repeat(16)}-01`,
        },
      }),
    ),
  });

  const withHeaders = (batch: ClassifiedBatch, headers: Record<string, string>): ClassifiedBatch => ({
    ...batch,
    events: batch.events.map((event) => ({ ...event, headers })),
  });

  const spans = () => exporter.getFinishedSpans();

  it('a live event and its transaction are in the trace of the request that caused the event', async () => {
    await inBatchSpans(batchOf(10, first), async () => {
      trace.getTracer('test').startSpan('INSERT').end();
    });
    const named = Object.fromEntries(spans().map((span) => [span.name, span]));
    const processed = named['process gavel.bids'];
    expect(processed?.kind).toBe(SpanKind.CONSUMER);
    expect(processed?.attributes).toMatchObject({
      'messaging.destination.name': 'gavel.bids',
      'messaging.destination.partition.id': 'gavel.bids-1',
    });
    expect(processed?.parentSpanContext?.spanId).toBe('c'.repeat(16));
    expect(named['apply user-stats']?.parentSpanContext?.spanId).toBe(processed?.spanContext().spanId);
    expect(named.INSERT?.parentSpanContext?.spanId).toBe(named['apply user-stats']?.spanContext().spanId);
    expect(new Set(spans().map((span) => span.spanContext().traceId))).toEqual(new Set([first]));
  });

  it('a consumer span is below the span that published its event', async () => {
    const published = `00-${first}-${'d'.repeat(16)}-01`;
    await inBatchSpans(withHeaders(batchOf(10, first), { traceparent: published }), async () => undefined);
    const processed = spans().find((span) => span.kind === SpanKind.CONSUMER);
    expect(processed?.parentSpanContext?.spanId).toBe('d'.repeat(16));
  });

  it('a consumer span remains in the trace of the request when the event was published again in another trace', async () => {
    const again = `00-${second}-${'d'.repeat(16)}-01`;
    await inBatchSpans(withHeaders(batchOf(10, first), { traceparent: again }), async () => undefined);
    const processed = spans().find((span) => span.kind === SpanKind.CONSUMER);
    expect(processed?.spanContext().traceId).toBe(first);
    expect(processed?.parentSpanContext?.spanId).toBe('c'.repeat(16));
  });

  it('each event of a batch has its consumer span and its transaction span in its own trace', async () => {
    await inBatchSpans(batchOf(10, first, second), async () => undefined);
    for (const traceId of [first, second]) {
      const names = spans().filter((span) => span.spanContext().traceId === traceId);
      expect(names.map((span) => span.name).sort()).toEqual(['apply user-stats', 'process gavel.bids']);
    }
  });

  it('a replayed batch has one span of its own, with links to the traces', async () => {
    await inBatchSpans(batchOf(3_600_000, first, second), async () => undefined);
    const [span, ...more] = spans();
    expect(more).toEqual([]);
    expect(span?.links.map((link) => link.context.traceId)).toEqual([first, second]);
    expect([first, second]).not.toContain(span?.spanContext().traceId);
    expect(span?.attributes['gavel.replay']).toBe(true);
  });

  it('a failing transaction sets the error on its spans and throws it', async () => {
    const work = () => Promise.reject(new TypeError('broken'));
    await expect(inBatchSpans(batchOf(10, first), work)).rejects.toThrow('broken');
    expect(spans().map((span) => span.attributes['error.type'])).toEqual(['TypeError', 'TypeError']);
  });
});
