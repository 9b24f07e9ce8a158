import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Carriers, MirroredEvent } from './ports.ts';
import { inMirrorSpans } from './telemetry.ts';

describe('spans of the bridge', () => {
  const exporter = new InMemorySpanExporter();
  const [first, second] = ['a'.repeat(32), 'b'.repeat(32)] as const;

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

  const eventsOf = (ageMs: number, ...traceIds: string[]): MirroredEvent[] =>
    traceIds.map((traceId, i) => ({
      offset: BigInt(i),
      body: new Uint8Array(),
      headers: {},
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
    }));
  const run = (events: MirroredEvent[]) =>
    inMirrorSpans('gavel.bids-1', events, async (carriers): Promise<Carriers> => carriers);

  it('a live event carries the context of a consumer span in its own trace to the subscriber', async () => {
    const carriers = await run(eventsOf(10, first, second));
    const spans = exporter.getFinishedSpans();
    expect(spans.map((span) => [span.kind, span.spanContext().traceId])).toEqual([
      [SpanKind.CONSUMER, first],
      [SpanKind.CONSUMER, second],
    ]);
    const [span] = spans;
    expect(span?.parentSpanContext?.spanId).toBe('c'.repeat(16));
    expect(carriers.get('event-0')?.traceparent).toBe(`00-${first}-${span?.spanContext().spanId}-01`);
  });

  it('older events share one span with links to their traces, and carry no context', async () => {
    const carriers = await run(eventsOf(3_600_000, first, second));
    const [span, ...more] = exporter.getFinishedSpans();
    expect(more).toEqual([]);
    expect(span?.links.map((link) => link.context.traceId)).toEqual([first, second]);
    expect(span?.attributes['gavel.replay']).toBe(true);
    expect(carriers.size).toBe(0);
  });

  it('a failing batch sets the error on its spans and throws it', async () => {
    const work = () => Promise.reject(new TypeError('broken'));
    await expect(inMirrorSpans('gavel.bids-1', eventsOf(10, first), work)).rejects.toThrow('broken');
    expect(exporter.getFinishedSpans()[0]?.attributes['error.type']).toBe('TypeError');
  });
});
