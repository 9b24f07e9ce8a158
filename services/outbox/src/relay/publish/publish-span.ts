import { attribute, operationType, rabbitmq } from '@gavel/observability/attributes';
import { extract, type Span, tracer } from '@gavel/observability/tracing';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ClaimedRow } from '../read/row-reader.ts';

/** The span for publishing one event, and the W3C headers with which a consumer joins it. */
export interface PublishSpan {
  readonly span: Span | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

const NONE: PublishSpan = { span: undefined, headers: {} };

/**
 * Starts the producer span of one event. It is a child of the span that appended the event, even if the event had to wait.
 * An event that an earlier relay may have published already gets a new trace with a link to that span. Does nothing for a
 * row without a trace context; no row has one while telemetry is off.
 *
 * @param republished true when an earlier term may have published the event
 */
export function startPublishSpan(row: ClaimedRow, partition: string, republished: boolean): PublishSpan {
  if (!row.traceparent) return NONE;
  const origin = extract(row);
  const linked = republished ? trace.getSpanContext(origin) : undefined;
  const span = tracer('gavel.relay').startSpan(
    'publish',
    {
      kind: SpanKind.PRODUCER,
      attributes: {
        [attribute.messagingSystem]: rabbitmq,
        [attribute.messagingOperationName]: 'publish',
        [attribute.messagingOperationType]: operationType.send,
        [attribute.destinationName]: row.stream,
        [attribute.destinationPartition]: partition,
        [attribute.messageId]: row.eventId,
        [attribute.routingKey]: row.subject,
        [attribute.eventType]: row.type,
        [attribute.aggregateSequence]: row.sequence,
        [attribute.outboxPosition]: row.position,
      },
      ...(linked && { links: [{ context: linked }] }),
    },
    republished ? ROOT_CONTEXT : origin,
  );
  if (!span.isRecording()) return NONE;
  const { traceId, spanId, traceFlags } = span.spanContext();
  const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  return {
    span,
    headers: { traceparent, ...(row.tracestate && { tracestate: row.tracestate }) },
  };
}

/** Ends the span of an event that was published, or set aside with a problem. */
export function endPublishSpan(span: Span | undefined, problem?: string): void {
  if (!span) return;
  if (problem) span.setStatus({ code: SpanStatusCode.ERROR, message: problem });
  span.end();
}
