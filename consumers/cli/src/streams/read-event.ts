import { toJson } from '@bufbuild/protobuf';
import { type EventEnvelope, fromHeaders } from '@gavel/proto/envelope';
import { decodeEvent } from '@gavel/proto/events';
import { findEvent } from '@gavel/proto/registry';
import type { Delivery } from '@gavel/rabbitmq/event-source';

/** One message of a stream as far as it can be read. */
export interface SeenMessage {
  readonly partition: string;
  readonly offset: bigint;
  /** When the broker stored its chunk, RFC 3339. */
  readonly storedAt: string;
  readonly envelope: EventEnvelope | null;
  /** The body in protobuf's JSON form; null when it cannot be decoded. */
  readonly body: unknown;
  /** Why it cannot be read in full. */
  readonly problem?: string;
  /** What could not be decoded, in base64. */
  readonly bytes?: string;
}

/** Takes a message apart through the registry. Never throws, whatever a foreign client sent. */
export function readEvent(partition: string, { offset, storedAt, content }: Delivery): SeenMessage {
  const place = { partition, offset, storedAt: new Date(storedAt).toISOString() };
  if (!content.ok) return { ...place, ...unreadable(null, content.problem, content.bytes) };
  const parsed = fromHeaders(content.headers);
  if (!parsed.ok) return { ...place, ...unreadable(null, parsed.problem, content.body) };
  return { ...place, ...readBody(parsed.envelope, content.body) };
}

/** The body of an event in protobuf's JSON form, or what is wrong with it. */
export function readBody(
  envelope: EventEnvelope,
  bytes: Uint8Array,
): Pick<SeenMessage, 'envelope' | 'body' | 'problem' | 'bytes'> {
  const definition = findEvent(envelope.type);
  if (definition === undefined) return unreadable(envelope, `unknown event type ${envelope.type}`, bytes);
  const decoded = decodeEvent(definition.schema, bytes);
  if (decoded.ok) return { envelope, body: toJson(definition.schema, decoded.body) };
  if (decoded.reason === 'undecodable_body')
    return unreadable(envelope, `undecodable body: ${decoded.problem}`, bytes);
  const problem = `invalid event: ${decoded.problem}`;
  return { envelope, body: toJson(definition.schema, decoded.body), problem };
}

function unreadable(
  envelope: EventEnvelope | null,
  problem: string,
  bytes: Uint8Array,
): Pick<SeenMessage, 'envelope' | 'body' | 'problem' | 'bytes'> {
  return { envelope, body: null, problem, bytes: Buffer.from(bytes).toString('base64') };
}
