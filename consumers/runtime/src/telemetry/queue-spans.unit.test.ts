import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveredEvent } from '../application/classify-delivery.ts';
import { inEventSpan } from './spans.ts';

const origin = { consumer: 'notifications', queue: 'gavel.notifications' };
const traceId = 'a'.repeat(32);

function eventAged(ageMs: number): DeliveredEvent {
  return {
    offset: 0n,
    headers: {},
    bytes: Buffer.alloc(0),
    body: { $typeName: 'bids.v1.BidPlaced' } as DeliveredEvent['body'],
    envelope: {
      id: 'event-1',
      source: '/gavel/bids',
      type: 'bids.v1.BidPlaced',
      subject: 'gavel.bids.bid_placed.x',
      time: new Date(Date.now() - ageMs).toISOString(),
      partitionkey: 'x',
      sequence: '1',
      traceparent: `00-${traceId}-${'c'.repeat(16)}-01`,
    },
  };
}

describe('the span of an event from a queue', () => {
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

  it('is in the trace of the request that caused the event, and the spans of its transaction are below it', async () => {
    await inEventSpan(origin, eventAged(10), async () => {
      trace.getTracer('test').startSpan('INSERT').end();
    });
    const [insert, processed] = exporter.getFinishedSpans();
    expect(processed).toMatchObject({
      name: 'process gavel.notifications',
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system.name': 'rabbitmq',
        'messaging.destination.name': 'gavel.notifications',
        'messaging.consumer.group.name': 'notifications',
        'messaging.message.id': 'event-1',
      },
    });
    expect(processed?.spanContext().traceId).toBe(traceId);
    expect(insert?.parentSpanContext?.spanId).toBe(processed?.spanContext().spanId);
  });

  it('is below the span that published the event', async () => {
    const headers = { traceparent: `00-${traceId}-${'d'.repeat(16)}-01` };
    await inEventSpan(origin, { ...eventAged(10), headers }, async () => undefined);
    expect(exporter.getFinishedSpans()[0]?.parentSpanContext?.spanId).toBe('d'.repeat(16));
  });

  it('of an old event links to the trace, which ended long ago', async () => {
    await inEventSpan(origin, eventAged(600_000), async () => undefined);
    const [span] = exporter.getFinishedSpans();
    expect(span?.spanContext().traceId).not.toBe(traceId);
    expect(span?.links.map((link) => link.context.traceId)).toEqual([traceId]);
  });
});
