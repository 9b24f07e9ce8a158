import { fromJson, toBinary } from '@bufbuild/protobuf';
import { checkEnvelope, type EventEnvelope, toHeaders } from '@gavel/proto/envelope';
import { decodeEvent } from '@gavel/proto/events';
import { findEvent } from '@gavel/proto/registry';
import { eventSubject } from '@gavel/proto/subjects';
import { z } from 'zod';
import { CommandFailure } from '../command-failure.ts';
import { reasonOf } from '../terminal/reason-of.ts';

/** An event that can be published to a test stream. */
export interface TestEvent {
  readonly envelope: EventEnvelope;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A line of `peek --json`, of which the envelope needs only these. Other attributes are derived, or those of the line. */
const lineSchema = z.object({
  envelope: z.object({
    type: z.string(),
    partitionkey: z.string(),
    sequence: z.string().default('1'),
    id: z.string().optional(),
    time: z.string().optional(),
    traceparent: z.string().optional(),
    tracestate: z.string().optional(),
  }),
  body: z.json(),
});

/**
 * Reads one line of JSON, `{"envelope":{"type":"bids.v1.BidPlaced","partitionkey":"0197…"},"body":{…}}`, in the form of `peek --json`.
 * Throws `usage`, with the number of the line, for one that is not a valid event.
 * @param newId the id of an event whose line has none
 */
export function parseTestEvent(text: string, number: number, newId: () => string): TestEvent {
  const refuse = (problem: string, cause?: unknown): CommandFailure =>
    new CommandFailure(
      'usage',
      `line ${number}: ${problem}`,
      'Nothing was published. `gavel streams produce --help` shows a line.',
      cause,
    );
  const { envelope: given, body: json } = parseLine(text, refuse);
  const definition = findEvent(given.type);
  if (definition === undefined) throw refuse(`${given.type} is not the type of an event`);
  const { schema, source, context, event } = definition;
  let envelope: EventEnvelope;
  let body: Uint8Array;
  try {
    envelope = {
      id: given.id ?? newId(),
      source,
      type: given.type,
      subject: eventSubject(context, event, given.partitionkey),
      time: given.time ?? new Date().toISOString(),
      partitionkey: given.partitionkey,
      sequence: given.sequence,
      ...(given.traceparent !== undefined && { traceparent: given.traceparent }),
      ...(given.tracestate !== undefined && { tracestate: given.tracestate }),
    };
    body = toBinary(schema, fromJson(schema, json));
  } catch (error) {
    throw refuse(reasonOf(error), error);
  }
  const checked = checkEnvelope(envelope);
  if (!checked.ok) throw refuse(checked.problem);
  const decoded = decodeEvent(schema, body);
  if (!decoded.ok) throw refuse(decoded.problem);
  return { envelope, headers: toHeaders(envelope), body };
}

function parseLine(
  text: string,
  refuse: (problem: string, cause?: unknown) => CommandFailure,
): z.output<typeof lineSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refuse('it is not JSON', error);
  }
  const parsed = lineSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refuse(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is not an event'}`, parsed.error);
}
