import { type EventEnvelope, fromHeaders } from '@gavel/proto/envelope';
import { decodeEvent } from '@gavel/proto/events';
import { type EventDefinition, findEvent } from '@gavel/proto/registry';
import { subjectMatches } from '@gavel/proto/subjects';
import type { Delivery } from '@gavel/rabbitmq/event-source';
import type { ConsumerDefinition, ReceivedEvent } from '../define-consumer.ts';
import type { DeadLetter, ParkReason } from './dead-letter.ts';

/** A delivery that holds an event for the handler. */
export interface DeliveredEvent extends ReceivedEvent {
  readonly offset: bigint;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/**
 * What a consumer does with a delivery: handle it, skip it because the consumer does not subscribe to it or does not take
 * its type, or park it because it is unusable.
 */
export type Classification =
  | { readonly kind: 'handle'; readonly event: DeliveredEvent }
  | { readonly kind: 'skip' }
  | { readonly kind: 'park'; readonly deadLetter: DeadLetter };

/** Decodes and classifies one delivery. Never throws, whatever a foreign client sent. */
export function classifyDelivery(definition: ConsumerDefinition, delivery: Delivery): Classification {
  const { content, offset } = delivery;
  if (!content.ok) {
    return parkAs('malformed_message', content.problem, { offset, headers: {}, body: content.bytes });
  }
  const { headers, body } = content;
  const parsed = fromHeaders(headers);
  if (!parsed.ok) return parkAs('malformed_envelope', parsed.problem, { offset, headers, body });
  const { envelope } = parsed;
  if (!subjectMatches(definition.subscription, envelope.subject)) return { kind: 'skip' };
  const known = { offset, headers, body, envelope };
  const event = findEvent(envelope.type);
  if (event === undefined) return parkAs('unknown_type', `unknown event type ${envelope.type}`, known);
  if (!isSubjectOf(event, envelope)) {
    return parkAs('malformed_envelope', `${envelope.subject} is not a subject of ${event.type}`, known);
  }
  if (!definition.types.includes(event.schema)) return { kind: 'skip' };
  const decoded = decodeEvent(event.schema, body);
  if (!decoded.ok) return parkAs(decoded.reason, decoded.problem, known);
  return { kind: 'handle', event: { envelope, body: decoded.body, offset, headers, bytes: body } };
}

/** The parked form of an event that the handler failed on, or that waits for an earlier one. */
export function toDeadLetter(
  event: DeliveredEvent,
  reason: ParkReason,
  error: unknown,
  attempts: number,
): DeadLetter {
  const { offset, headers, bytes, envelope } = event;
  return {
    ...identity(envelope),
    offset,
    headers,
    body: bytes,
    reason,
    error: messageOf(error),
    stack: error instanceof Error ? stackOf(error) : undefined,
    attempts,
  };
}

interface Seen {
  readonly offset: bigint;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly envelope?: EventEnvelope;
}

function parkAs(
  reason: ParkReason,
  error: string,
  { offset, headers, body, envelope }: Seen,
): Classification {
  const known = envelope ? identity(envelope) : {};
  return { kind: 'park', deadLetter: { ...known, offset, headers, body, reason, error, attempts: 1 } };
}

function identity(
  envelope: EventEnvelope,
): Pick<DeadLetter, 'eventId' | 'eventType' | 'aggregateId' | 'traceId'> {
  return {
    eventId: envelope.id,
    eventType: envelope.type,
    aggregateId: envelope.partitionkey,
    traceId: /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(envelope.traceparent ?? '')?.[1],
  };
}

function isSubjectOf(event: EventDefinition, envelope: EventEnvelope): boolean {
  return envelope.subject.startsWith(`gavel.${event.context}.${event.event}.`);
}

/** The message of an error, or of anything else that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
