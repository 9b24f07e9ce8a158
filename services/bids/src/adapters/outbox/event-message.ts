import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import type { NewEvent } from '@gavel/outbox/append';

export type EventMessage = Pick<NewEvent, 'schema' | 'body'>;

/** Ties a body to its schema where both types are known. */
export function message<S extends DescMessage>(schema: S, body: MessageInitShape<S>): EventMessage {
  return { schema, body };
}
