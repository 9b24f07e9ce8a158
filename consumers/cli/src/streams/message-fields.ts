import { InvalidArgumentError } from 'commander';
import type { SeenMessage } from './read-event.ts';

/** The fields of a message by the names that --where and --format use. */
const fields: Readonly<Record<string, (message: SeenMessage) => unknown>> = {
  partition: ({ partition }) => partition,
  offset: ({ offset }) => offset,
  stored: ({ storedAt }) => storedAt,
  id: ({ envelope }) => envelope?.id,
  type: ({ envelope }) => envelope?.type,
  subject: ({ envelope }) => envelope?.subject,
  aggregate: ({ envelope }) => envelope?.partitionkey,
  sequence: ({ envelope }) => envelope?.sequence,
  time: ({ envelope }) => envelope?.time,
  traceparent: ({ envelope }) => envelope?.traceparent,
  problem: ({ problem }) => problem,
  body: ({ body }) => body,
};

/** What `--help` says about fields. */
export const fieldHelp = `A FIELD is one of
  partition, offset, stored   where the message is, and when the broker stored its chunk
  id, type, subject, aggregate, sequence, time, traceparent   attributes of the event
  body, body.amount, body.itemId   the body in JSON, or one of its fields
  problem                     why the message cannot be decoded, or which rule it breaks`;

/** The name of a field, checked. Throws Commander's InvalidArgumentError, which becomes exit code 2. */
export function parseField(name: string): string {
  if (Object.hasOwn(fields, name) || /^body(\.\w+)+$/.test(name)) return name;
  throw new InvalidArgumentError(
    `${name} is not a field. The fields are ${Object.keys(fields).join(', ')}, and body.NAME for a field of the body.`,
  );
}

/** The value of a field as text; undefined if the message has none. Objects are in JSON. */
export function readField(message: SeenMessage, name: string): string | undefined {
  const [first = '', ...path] = name.split('.');
  let value = fields[first]?.(message);
  for (const key of path) {
    const holder: unknown = value;
    value =
      typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)
        ? (holder as Readonly<Record<string, unknown>>)[key]
        : undefined;
  }
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
