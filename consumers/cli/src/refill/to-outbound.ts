import type { ClaimedRow } from '@gavel/outbox/relay/outbox-row';
import type { OutboundMessage } from '@gavel/outbox/relay/publisher/event-publisher';
import { toHeaders } from '@gavel/proto/envelope';
import { partitionFor } from '@gavel/proto/partitioner';
import { findEvent } from '@gavel/proto/registry';

/**
 * A row that was published once, as it goes out again: the same envelope and body, without the headers of the span that
 * sent it then. Undefined for a type that is not known here.
 */
export function toOutbound(row: ClaimedRow): OutboundMessage | undefined {
  const definition = findEvent(row.type);
  if (definition === undefined || definition.stream !== row.stream) return undefined;
  return {
    position: row.position,
    eventId: row.eventId,
    partition: partitionFor(definition.stream, row.aggregateId),
    subject: row.subject,
    type: row.type,
    time: row.time,
    headers: toHeaders({
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
    body: row.body,
  };
}
