/**
 * When an event was made, to the millisecond of its maker's clock, out of its id: `append` gives UUIDs of version 7, which
 * begin with it (RFC 9562, 5.7). Undefined for an id of another version, which no outbox can hold.
 */
export function eventMoment(eventId: string): Date | undefined {
  const hex = eventId.replaceAll('-', '');
  return hex[12] === '7' ? new Date(Number.parseInt(hex.slice(0, 12), 16)) : undefined;
}
