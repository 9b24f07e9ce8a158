import { toHeaders } from '@gavel/proto/envelope';
import { partitionFor } from '@gavel/proto/partitioner';
import { findEvent } from '@gavel/proto/registry';
import { isSubject } from '@gavel/proto/subjects';
import { encodedBytes, MAX_EVENT_BYTES } from '../event-limits.ts';
import type { ClaimedRow } from './outbox-row.ts';
import type { OutboundMessage } from './publisher/event-publisher.ts';

/** A message, or why the row can never be one. */
export type Encoded = { ok: true; message: OutboundMessage } | { ok: false; problem: string };

/**
 * A row as it goes out. The CloudEvents `traceparent` stays the one that the event was made under, as its
 * distributed-tracing extension asks; `transport` (the relay's own span) travels as plain W3C headers beside it.
 */
export function toMessage(row: ClaimedRow, transport: Readonly<Record<string, string>>): Encoded {
  const definition = findEvent(row.type);
  if (!definition) return { ok: false, problem: `event type ${row.type} is not in the registry` };
  if (row.stream !== definition.stream) {
    return { ok: false, problem: `${row.type} belongs to ${definition.stream}, not ${row.stream}` };
  }
  if (!isSubject(row.subject)) return { ok: false, problem: `not a subject: ${row.subject}` };
  const headers = {
    ...toHeaders({
      id: row.eventId,
      source: definition.source,
      type: row.type,
      subject: row.subject,
      time: row.time.toISOString(),
      partitionkey: row.aggregateId,
      sequence: row.sequence,
      ...(row.traceparent && { traceparent: row.traceparent }),
      ...(row.tracestate && { tracestate: row.tracestate }),
    }),
    ...transport,
  };
  const bytes = encodedBytes(headers, row.body);
  if (bytes > MAX_EVENT_BYTES) return { ok: false, problem: `${bytes} bytes do not fit a stream frame` };
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
