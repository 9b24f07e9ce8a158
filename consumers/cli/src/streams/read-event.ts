import { toJson } from '@bufbuild/protobuf';
import { type EventEnvelope, fromHeaders } from '@gavel/proto/envelope';
import { decodeEvent } from '@gavel/proto/events';
import { findEvent } from '@gavel/proto/registry';
import type { Delivery } from '@gavel/rabbitmq/event-source';

/** One message of a stream, decoded as far as possible. */
export interface SeenMessage extends SeenBody {
  readonly partition: string;
  readonly offset: bigint;
  /** When the broker stored its chunk, in RFC 3339. */
  readonly storedAt: string;
}

/** The decoded part of a message. */
export interface SeenBody {
  readonly envelope: EventEnvelope | null;
  /** The body in protobuf's JSON form; null if it cannot be decoded. */
  readonly body: unknown;
  /** Why it cannot be decoded, or which rule it breaks. */
  readonly problem?: string;
  /** What could not be decoded, in base64. */
  readonly bytes?: string;
}

/** Decodes a message. Never throws, whatever the message contains. */
export function readEvent(partition: string, { offset, storedAt, content }: Delivery): SeenMessage {
  const source = { partition, offset, storedAt: new Date(storedAt).toISOString() };
  if (!content.ok) return { ...source, ...unreadable(null, content.problem, content.bytes) };
  const parsed = fromHeaders(content.headers);
  if (!parsed.ok) return { ...source, ...unreadable(null, parsed.problem, content.body) };
  return { ...source, ...readBody(parsed.envelope, content.body) };
}

/** Decodes the body of an event and checks its rules. */
export function readBody(envelope: EventEnvelope, bytes: Uint8Array): SeenBody {
  const definition = findEvent(envelope.type);
  if (definition === undefined) return unreadable(envelope, `unknown event type ${envelope.type}`, bytes);
  const decoded = decodeEvent(definition.schema, bytes);
  if (decoded.ok) return { envelope, body: toJson(definition.schema, decoded.body) };
  if (decoded.reason === 'undecodable_body')
    return unreadable(envelope, `undecodable body: ${decoded.problem}`, bytes);
  const problem = `invalid event: ${decoded.problem}`;
  return { envelope, body: toJson(definition.schema, decoded.body), problem };
}

function unreadable(envelope: EventEnvelope | null, problem: string, bytes: Uint8Array): SeenBody {
  return { envelope, body: null, problem, bytes: Buffer.from(bytes).toString('base64') };
}

/** A message for people: source and event on one line, the body below. */
export function formatMessage(message: SeenMessage): string {
  const { partition, offset, storedAt, envelope, body, problem, bytes } = message;
  const event = envelope ? `${envelope.subject}  #${envelope.sequence}  ${envelope.id}` : '(not an event)';
  const lines = [`${partition}@${offset}  ${storedAt}  ${event}`];
  if (problem !== undefined) lines.push(`  ! ${problem}`);
  lines.push(bytes === undefined ? `  ${JSON.stringify(body)}` : `  ${shorten(bytes)}`);
  return lines.join('\n');
}

const SHOWN_CHARACTERS = 200;

function shorten(base64: string): string {
  return base64.length <= SHOWN_CHARACTERS
    ? base64
    : `${base64.slice(0, SHOWN_CHARACTERS)}… (${base64.length} characters of base64)`;
}
