import type { DescFile, DescMessage } from '@bufbuild/protobuf';
import { file_auth_v1_events } from '../gen/auth/v1/events_pb.ts';
import { file_bids_v1_events } from '../gen/bids/v1/events_pb.ts';
import type { StreamName } from './topology.ts';

type Context = 'auth' | 'bids';

/** The definition of one event type, the same for all processes. */
export interface EventDefinition {
  /** CloudEvents `type`: the body's full protobuf name, for example `bids.v1.BidPlaced`. */
  readonly type: string;
  readonly schema: DescMessage;
  /** CloudEvents `source`: the context that publishes the event. */
  readonly source: `/gavel/${Context}`;
  /** Second token of the subject. */
  readonly context: Context;
  /** Third token of the subject: the message's name in snake case, for example `bid_placed`. */
  readonly event: string;
  readonly stream: StreamName;
}

/**
 * Every event: the messages of each context's `events.proto`. An event that is not here cannot be appended, and a
 * consumer parks it as unknown.
 */
export const eventDefinitions: readonly EventDefinition[] = [
  ...eventsOf('auth', file_auth_v1_events),
  ...eventsOf('bids', file_bids_v1_events),
];

const byType = new Map(eventDefinitions.map((definition) => [definition.type, definition]));

/** The definition of an event type, or undefined for an unknown type. */
export function findEvent(type: string): EventDefinition | undefined {
  return byType.get(type);
}

/** The subscription to all events of one type, in NATS form: `gavel.bids.bid_placed.*`. Throws for a schema that is not an event. */
export function subscriptionTo({ typeName }: DescMessage): string {
  const definition = findEvent(typeName);
  if (definition === undefined) throw new RangeError(`${typeName} is not an event`);
  return `gavel.${definition.context}.${definition.event}.*`;
}

function eventsOf(context: Context, file: DescFile): EventDefinition[] {
  return file.messages.map((schema) => ({
    type: schema.typeName,
    schema,
    source: `/gavel/${context}`,
    context,
    event: schema.name.replace(/(?<=.)[A-Z]/g, '_$&').toLowerCase(),
    stream: `gavel.${context}`,
  }));
}
