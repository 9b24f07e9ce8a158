import { attribute, operationType, rabbitmq } from '@gavel/observability/attributes';
import { extract, type Span, tracer } from '@gavel/observability/tracing';
import { checkEnvelope, type EventEnvelope, toHeaders } from '@gavel/proto/envelope';
import { partitionFor } from '@gavel/proto/partitioner';
import { findEvent } from '@gavel/proto/registry';
import { isSubject } from '@gavel/proto/subjects';
import type { OutboundMessage } from '@gavel/rabbitmq/event-publisher';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { MAX_EVENT_BYTES } from '../../append/append.ts';
import type { ClaimedRow } from '../read/row-reader.ts';

// Sections, message properties (message id, subject of at most 255 bytes, content type) and the publishing id.
const FIXED_BYTES = 512;
// A header is two strings, each with a type code and a length of one or four bytes.
const LENGTH_PREFIXES = 10;

/** A message, or the reason why the row can never become one. */
export type Encoded = { ok: true; message: OutboundMessage } | { ok: false; problem: string };

/**
 * The message for a row, or the reason why it can never be published. Never throws, for any content of the table. The envelope is
 * checked with the consumers' own rules, so an envelope that they would park is not sent. The CloudEvents `traceparent` is the
 * context in which the event was appended, as the distributed-tracing extension requires.
 */
export function toMessage(row: ClaimedRow): Encoded {
  try {
    return encode(row);
  } catch (error) {
    return {
      ok: false,
      problem: `cannot be encoded: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** The message with the relay's own span as plain W3C headers. The event's original context is sent as well. */
export function withTransport(
  message: OutboundMessage,
  transport: Readonly<Record<string, string>>,
): OutboundMessage {
  return { ...message, headers: { ...message.headers, ...transport } };
}

function encode(row: ClaimedRow): Encoded {
  const definition = findEvent(row.type);
  if (!definition) return { ok: false, problem: unknownType(row.type) };
  if (row.stream !== definition.stream) {
    return { ok: false, problem: `${row.type} belongs to ${definition.stream}, not ${row.stream}` };
  }
  if (!isSubject(row.subject)) return { ok: false, problem: `not a subject: ${row.subject}` };
  // Postgres has `infinity`, which arrives as a number, and times that neither Date nor AMQP can hold.
  if (!isMoment(row.time) || !isMoment(row.createdAt)) {
    return { ok: false, problem: 'its time is not between the years 1970 and 275760' };
  }
  const envelope: EventEnvelope = {
    id: row.eventId,
    source: definition.source,
    type: row.type,
    subject: row.subject,
    time: row.time.toISOString(),
    partitionkey: row.aggregateId,
    sequence: row.sequence,
    ...(row.traceparent && { traceparent: row.traceparent }),
    ...(row.tracestate && { tracestate: row.tracestate }),
  };
  const headers = toHeaders(envelope);
  const bytes = encodedBytes(headers, row.body) + transportBytes(row);
  if (bytes > MAX_EVENT_BYTES) return { ok: false, problem: `${bytes} bytes do not fit a stream frame` };
  const checked = checkEnvelope(envelope);
  if (!checked.ok) return checked;
  return {
    ok: true,
    message: {
      position: row.position,
      eventId: row.eventId,
      partition: partitionFor(definition.stream, row.aggregateId),
      subject: row.subject,
      type: row.type,
      time: row.time,
      headers,
      body: row.body,
    },
  };
}

/** Why a row with an unknown type is set aside. A newer relay may know the type. */
export function unknownType(type: string): string {
  return `event type ${type} is not in the registry`;
}

function isMoment(value: unknown): boolean {
  return value instanceof Date && value.getTime() >= 0;
}

// The size of the span's headers: their names and lengths, and a traceparent of 55 characters.
function transportBytes(row: ClaimedRow): number {
  return row.traceparent ? 110 + Buffer.byteLength(row.tracestate ?? '') : 0;
}

/** An upper bound of a message's size in the stream's encoding. */
function encodedBytes(headers: Readonly<Record<string, string>>, body: Uint8Array): number {
  let bytes = body.byteLength + FIXED_BYTES;
  for (const name in headers) {
    bytes += name.length + Buffer.byteLength(headers[name] as string) + LENGTH_PREFIXES;
  }
  return bytes;
}

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
    `publish ${row.stream}`,
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
