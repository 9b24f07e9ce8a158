import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endPublishSpan, startPublishSpan } from './to-message.ts';

const traceId = 'a'.repeat(32);
const spanId = 'b'.repeat(16);
const row = {
  id: 1,
  position: 7,
  eventId: '01900000-0000-7000-8000-000000000001',
  type: 'bids.v1.BidPlaced',
  subject: 'gavel.bids.bid_placed.item',
  stream: 'gavel.bids',
  aggregateId: 'item',
  sequence: '3',
  time: new Date(),
  traceparent: `00-${traceId}-${spanId}-01`,
  tracestate: 'x=y',
  body: Buffer.from(''),
  createdAt: new Date(),
};

describe('the publish span', () => {
  const exporter = new InMemorySpanExporter();
  beforeAll(() => {
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(
      new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
    );
  });
  afterAll(() => {
    trace.disable();
    propagation.disable();
    context.disable();
  });
  beforeEach(() => exporter.reset());

  it('is a child of the span that appended the event, and passes its own context to the consumer', () => {
    const { span, headers } = startPublishSpan(row, 'gavel.bids-0', false);
    endPublishSpan(span);
    const [ended] = exporter.getFinishedSpans();
    expect(ended).toMatchObject({ name: 'publish gavel.bids', kind: SpanKind.PRODUCER, links: [] });
    expect(ended?.spanContext().traceId).toBe(traceId);
    expect(ended?.parentSpanContext?.spanId).toBe(spanId);
    expect(headers).toEqual({
      traceparent: `00-${traceId}-${ended?.spanContext().spanId}-01`,
      tracestate: 'x=y',
    });
  });

  it('starts a new trace with a link when the event may have been published before', () => {
    endPublishSpan(startPublishSpan(row, 'gavel.bids-0', true).span, 'set aside');
    const [ended] = exporter.getFinishedSpans();
    expect(ended?.spanContext().traceId).not.toBe(traceId);
    expect(ended?.links[0]?.context).toMatchObject({ traceId, spanId });
    expect(ended?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'set aside' });
  });

  it('does not exist for an event without a trace', () => {
    expect(startPublishSpan({ ...row, traceparent: null }, 'gavel.bids-0', false)).toEqual({
      span: undefined,
      headers: {},
    });
  });
});
