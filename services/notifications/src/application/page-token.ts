import { validate as isUuid } from 'uuid';
import type { Place } from './notification-store.ts';

const VERSION = 1;

/** An opaque token of a place in one person's list. The list is part of it: it is good for no other. */
export function encodePageToken(list: readonly string[], { happenedAt, id }: Place): string {
  const parts = [VERSION, ...list, happenedAt.toISOString(), id];
  return Buffer.from(JSON.stringify(parts), 'utf8').toString('base64url');
}

/** The place that a token names; undefined when it is malformed or of another list. */
export function decodePageToken(token: string, list: readonly string[]): Place | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!Array.isArray(parsed)) return undefined;
  const [time, id]: unknown[] = parsed.slice(-2);
  // Four digits: a year that Postgres does not have must not get that far.
  if (typeof time !== 'string' || !/^\d{4}-/.test(time) || Number.isNaN(Date.parse(time))) return undefined;
  if (typeof id !== 'string' || !isUuid(id)) return undefined;
  const place: Place = { happenedAt: new Date(time), id };
  // Only as it was written: decoding base64url skips what it does not know.
  return encodePageToken(list, place) === token ? place : undefined;
}
