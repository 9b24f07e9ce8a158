import { isSubject } from './subjects.ts';

/**
 * CloudEvents 1.0 attributes of one event (https://github.com/cloudevents/spec, v1.0.2), with the partitioning,
 * sequence and distributed-tracing extensions. In binary mode they travel as message headers, all of them flat,
 * non-empty strings: anything else in a stream message's application properties breaks stream clients.
 */
export interface EventEnvelope {
  /** UUIDv7 in lower case. Also the message id, and the key by which consumers recognise an event that they have applied. */
  readonly id: string;
  /** `/gavel/<context>`. */
  readonly source: string;
  /** A type of the registry. */
  readonly type: string;
  /** `gavel.<context>.<event>.<aggregate id>`. */
  readonly subject: string;
  /** When the event happened: RFC 3339, UTC. */
  readonly time: string;
  /** The aggregate's id, which is the subject's last token. */
  readonly partitionkey: string;
  /** The aggregate's version after the event: 1, 2, 3 … without gaps, in decimal, without the leading zeros of the wire. */
  readonly sequence: string;
  /** W3C trace context of the request that caused the event. */
  readonly traceparent?: string;
  readonly tracestate?: string;
}

export const CONTENT_TYPE = 'application/protobuf';

// The AMQP binding's prefix; the underscore form is the one it recommends
// (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/amqp-protocol-binding.md, 3.1.3.1).
export const ATTRIBUTE_PREFIX = 'cloudEvents_';
const SPEC_VERSION = '1.0';
// The schema of a protobuf body is named by its message's type URL, as in CloudEvents' protobuf format
// (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/protobuf-format.md, 3). `dataschema` must be an absolute URI, so
// the scheme is written, which a type URL may leave out. Released fields keep their meaning, so a type has one schema.
const SCHEMA_PREFIX = 'https://type.googleapis.com/';
// The digits of the largest version, 2^63 - 1.
const SEQUENCE_DIGITS = 19;
const MAX_SEQUENCE = '9223372036854775807';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const required = ['id', 'source', 'type', 'subject', 'time', 'partitionkey', 'sequence'] as const;
const optional = ['traceparent', 'tracestate'] as const;

/**
 * The headers (AMQP 0-9-1) or application properties (stream) of an event.
 *
 * `sequence` is filled with zeros to 19 digits, because it "MUST be a non-empty lexicographically-orderable string"
 * (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/extensions/sequence.md). It orders the events of one `partitionkey`.
 * There is no `sequencetype`: its only value, `Integer`, has 32 bits. `dataschema` is `https://type.googleapis.com/<type>`.
 */
export function toHeaders(envelope: EventEnvelope): Record<string, string> {
  const { traceparent, tracestate } = envelope;
  // Written without a loop, for speed: a relay calls this twenty thousand times a second.
  return {
    cloudEvents_specversion: SPEC_VERSION,
    cloudEvents_id: envelope.id,
    cloudEvents_source: envelope.source,
    cloudEvents_type: envelope.type,
    cloudEvents_subject: envelope.subject,
    cloudEvents_time: envelope.time,
    cloudEvents_partitionkey: envelope.partitionkey,
    cloudEvents_sequence: envelope.sequence.padStart(SEQUENCE_DIGITS, '0'),
    cloudEvents_dataschema: SCHEMA_PREFIX + envelope.type,
    ...(traceparent && { cloudEvents_traceparent: traceparent }),
    ...(tracestate && { cloudEvents_tracestate: tracestate }),
  };
}

/** An envelope, or the reason why the headers do not hold one. */
export type ParsedEnvelope = { ok: true; envelope: EventEnvelope } | { ok: false; problem: string };

/**
 * Reads an envelope back from headers or application properties. Never throws, whatever a foreign client sent. `sequence` may
 * have leading zeros or not: streams hold messages of older releases, which wrote none. A missing `dataschema` is accepted for
 * the same reason, and no decision is made by it: `type` names the schema.
 */
export function fromHeaders(headers: Readonly<Record<string, unknown>> | undefined): ParsedEnvelope {
  if (headers?.[`${ATTRIBUTE_PREFIX}specversion`] !== SPEC_VERSION) return problem('specversion');
  const values: Record<string, string> = {};
  for (const name of required) {
    const value = headers[ATTRIBUTE_PREFIX + name];
    if (typeof value !== 'string') return problem(name);
    values[name] = value;
  }
  for (const name of optional) {
    const value = headers[ATTRIBUTE_PREFIX + name];
    if (typeof value === 'string' && value !== '') values[name] = value;
  }
  values.sequence = values.sequence?.replace(/^0+/, '') ?? '';
  return checkEnvelope(values as unknown as EventEnvelope);
}

/** True for the id of an event: a UUID in lower case, of any version. */
export function isEventId(value: string): boolean {
  return UUID.test(value);
}

/** The checks of `fromHeaders` for an envelope that is about to be sent. */
export function checkEnvelope(envelope: EventEnvelope): ParsedEnvelope {
  for (const name of required) if (!envelope[name]) return problem(name);
  if (!isSubject(envelope.subject)) return problem('subject');
  // The aggregate's id is the subject's last token. This also limits the key's length, whatever a foreign client sends.
  if (!envelope.subject.endsWith(`.${envelope.partitionkey}`) || envelope.partitionkey.includes('.')) {
    return problem('partitionkey');
  }
  if (!isSequence(envelope.sequence)) return problem('sequence');
  if (Number.isNaN(Date.parse(envelope.time))) return problem('time');
  if (!isEventId(envelope.id)) return { ok: false, problem: 'the event id is not a UUID in lower case' };
  return { ok: true, envelope };
}

// Of two numbers with 19 digits, the larger one is also the later text.
function isSequence(value: string): boolean {
  if (!/^[1-9][0-9]{0,18}$/.test(value)) return false;
  return value.padStart(SEQUENCE_DIGITS, '0') <= MAX_SEQUENCE;
}

function problem(attribute: string): ParsedEnvelope {
  return { ok: false, problem: `CloudEvents attribute "${attribute}" is missing or malformed` };
}
