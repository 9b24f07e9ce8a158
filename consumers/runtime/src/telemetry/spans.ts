import { attribute, operationType, rabbitmq } from '@gavel/observability/attributes';
import { extract, extractPublisher, tracer, withSpan } from '@gavel/observability/tracing';
import { streamOfPartition } from '@gavel/proto/topology';
import {
  type Context,
  context,
  type Link,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { ClassifiedBatch } from '../application/apply-batch.ts';
import type { DeliveredEvent } from '../application/classify-delivery.ts';

/** The traces of older events ended long ago: they are linked to, not continued. */
const LIVE_MS = 5 * 60_000;
/** A replayed batch links to at most this many of its events; the others can be found by their offsets. */
const MAX_LINKS = 16;
const scope = 'gavel.consumer';

/** True for an event that is younger than five minutes; older ones are replayed, or were delayed. */
export function isLive({ envelope }: DeliveredEvent): boolean {
  return Date.now() - Date.parse(envelope.time) < LIVE_MS;
}

/**
 * Runs a batch's transaction inside its spans. Each live event gets a consumer span below the span that published it, and below that a span
 * of the transaction. The transaction span of the first event is active while `work` runs, so that the transaction's
 * own spans are below it. A batch of old events gets one span of its own, with links to the events' traces.
 */
export async function inBatchSpans<T>(batch: ClassifiedBatch, work: () => Promise<T>): Promise<T> {
  const spans = startSpans(batch);
  const active = spans.at(-1);
  try {
    return await (active ? context.with(trace.setSpan(context.active(), active), work) : work());
  } catch (error) {
    for (const span of spans) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute(attribute.errorType, error instanceof Error ? error.name : typeof error);
    }
    if (active) active.recordException(error instanceof Error ? error : String(error));
    throw error;
  } finally {
    // A transaction's span must end before the consumer span above it.
    for (const span of spans.reverse()) span.end();
  }
}

/** Runs the transaction of one event from a queue inside a consumer span of the event's own trace. */
export function inEventSpan<T>(
  { consumer, queue }: { readonly consumer: string; readonly queue: string },
  event: DeliveredEvent,
  work: () => Promise<T>,
): Promise<T> {
  const live = isLive(event);
  const attributes = {
    [attribute.messagingSystem]: rabbitmq,
    [attribute.messagingOperationType]: operationType.process,
    [attribute.destinationName]: queue,
    [attribute.consumerGroup]: consumer,
    ...eventAttributes(event),
    ...(!live && { [attribute.replay]: true }),
  };
  return withSpan(
    `process ${queue}`,
    {
      kind: 'consumer',
      scope,
      attributes,
      ...(live ? { parent: parentOf(event) } : { root: true, links: [event.envelope] }),
    },
    work,
  );
}

/** The last span is the one of the first event's transaction; each transaction comes after its consumer span. */
function startSpans(batch: ClassifiedBatch): Span[] {
  const traced = batch.events.filter((event) => event.envelope.traceparent !== undefined);
  const live = traced.filter(isLive);
  if (live.length === 0) return traced.length === 0 ? [] : [startReplaySpan(batch, traced)];
  const spans: Span[] = [];
  for (const event of live.reverse()) {
    const attributes = {
      ...batchAttributes(batch),
      ...eventAttributes(event),
      [attribute.streamOffset]: event.offset.toString(),
    };
    const parent = parentOf(event);
    const name = `process ${streamOfPartition(batch.move.partition)}`;
    const span = tracer(scope).startSpan(name, { kind: SpanKind.CONSUMER, attributes }, parent);
    spans.push(span);
    if (!span.isRecording() && spans.length > 1) continue;
    spans.push(
      tracer(scope).startSpan(
        `apply ${batch.move.consumer}`,
        { attributes: batchAttributes(batch) },
        trace.setSpan(parent, span),
      ),
    );
  }
  return spans;
}

/** The relay's span that published the event, so that a graph of services shows the broker between the two. */
function parentOf({ headers, envelope }: DeliveredEvent): Context {
  return extractPublisher(headers, envelope);
}

function startReplaySpan(batch: ClassifiedBatch, events: readonly DeliveredEvent[]): Span {
  const links = events.slice(0, MAX_LINKS).flatMap((event): Link[] => {
    const linked = trace.getSpanContext(extract(event.envelope));
    return linked ? [{ context: linked }] : [];
  });
  return tracer(scope).startSpan(`apply ${batch.move.consumer}`, {
    kind: SpanKind.CONSUMER,
    root: true,
    links,
    attributes: { ...batchAttributes(batch), [attribute.replay]: true },
  });
}

function batchAttributes({ move, events }: ClassifiedBatch): Record<string, string | number> {
  return {
    [attribute.messagingSystem]: rabbitmq,
    [attribute.messagingOperationType]: operationType.process,
    [attribute.destinationName]: streamOfPartition(move.partition),
    [attribute.destinationPartition]: move.partition,
    [attribute.consumerGroup]: move.consumer,
    [attribute.batchMessageCount]: events.length,
    [attribute.streamOffset]: move.to.toString(),
  };
}

function eventAttributes({ envelope }: DeliveredEvent): Record<string, string> {
  return {
    [attribute.messagingOperationName]: 'process',
    [attribute.messageId]: envelope.id,
    [attribute.eventType]: envelope.type,
    [attribute.aggregateId]: envelope.partitionkey,
    [attribute.aggregateSequence]: envelope.sequence,
    [attribute.routingKey]: envelope.subject,
  };
}
