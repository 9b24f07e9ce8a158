import { ATTRIBUTE_PREFIX, CONTENT_TYPE, toHeaders } from '@gavel/proto/envelope';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { MirroredEvent } from '../../application/ports.ts';
import { formatPositions, type Positions } from '../../domain/positions.ts';

/** Gavel's own headers, in addition to those of CloudEvents: where the event is on RabbitMQ, and how far the mirror is. */
export const gavelHeader = {
  /** The partition that holds the event, for example `gavel.bids-2`. */
  stream: 'Gavel-Stream',
  offset: 'Gavel-Offset',
  /** The last mirrored event of every partition, including this one: the bridge's checkpoint. */
  positions: 'Gavel-Positions',
} as const;

/** CloudEvents attributes that the bridge reads back. */
export const eventHeader = { id: 'ce-id', sequence: 'ce-sequence' } as const;

/**
 * The headers of one event. Attributes follow the CloudEvents NATS binding in binary mode: each is a header with the
 * prefix `ce-`, `datacontenttype` too, and values are percent-encoded as in the HTTP binding (3.1.3.2). The header
 * `traceparent` belongs to the publishing span, `ce-traceparent` to the request that caused the event.
 */
export function messageHeaders(
  event: MirroredEvent,
  partition: string,
  positions: Positions,
  carrier: { readonly traceparent?: string; readonly tracestate?: string } | undefined,
): MsgHdrs {
  const result = headers();
  result.set('ce-datacontenttype', CONTENT_TYPE);
  for (const [name, value] of Object.entries(toHeaders(event.envelope))) {
    result.set(`ce-${name.slice(ATTRIBUTE_PREFIX.length)}`, encode(value));
  }
  for (const [name, value] of Object.entries(carrier ?? {})) result.set(name, encode(value));
  result.set(gavelHeader.stream, partition);
  result.set(gavelHeader.offset, event.offset.toString());
  result.set(gavelHeader.positions, formatPositions(positions));
  return result;
}

// Encodes every character except printable ASCII; space, quotation mark and percent sign are encoded too.
function encode(value: string): string {
  return value.replace(/[^\x21\x23\x24\x26-\x7e]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}
