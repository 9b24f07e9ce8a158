import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { expect, it } from 'vitest';
import { createEdgePropagator, strangersLink } from './edge-propagator.ts';

const propagator = createEdgePropagator(new W3CTraceContextPropagator());
const traceId = '0af7651916cd43dd8448eb211c80319c';
const sent = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };

it('a visitor’s trace is no parent, and is known as a link', () => {
  const received = propagator.extract(ROOT_CONTEXT, sent, defaultTextMapGetter);
  expect(trace.getSpanContext(received)).toBeUndefined();
  expect(strangersLink(received)?.context).toMatchObject({ traceId, spanId: 'b7ad6b7169203331' });
});

it.each([{}, { traceparent: 'nonsense' }])('a request without a trace has no link: %j', (carrier) => {
  const received = propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
  expect(strangersLink(received)).toBeUndefined();
});

it('what this process sends has its own trace', () => {
  const own = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 };
  const active = trace.setSpanContext(propagator.extract(ROOT_CONTEXT, sent, defaultTextMapGetter), own);
  const carrier: Record<string, string> = {};
  propagator.inject(active, carrier, defaultTextMapSetter);
  expect(carrier.traceparent).toBe(`00-${own.traceId}-${own.spanId}-01`);
});
