import { createHash } from 'node:crypto';
import type { Failure } from '@gavel/service-runtime/failure';

/** One page of a list. */
export interface Page<T> {
  items: T[];
  /** Empty on the last page. */
  nextPageToken: string;
}

const DEFAULT_SIZE = 20;
const LARGEST_SIZE = 100;
const VERSION = 2;

/** The number of rows a page holds: 20 unless told, never more than 100. */
export function pageSize(asked: number): number {
  return asked <= 0 ? DEFAULT_SIZE : Math.min(asked, LARGEST_SIZE);
}

/**
 * An opaque token that names a position in one query's order: base64url of a versioned tuple. A digest of the query (its
 * name, filters and order) is part of it, so a token is only good for the list that it came from, and stays short
 * whatever words were looked for.
 */
export function encodePageToken(query: readonly string[], position: readonly string[]): string {
  return Buffer.from(JSON.stringify([VERSION, digest(query), position]), 'utf8').toString('base64url');
}

function digest(query: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 16);
}

/** The position a token names; undefined when it is malformed or of another query. */
export function decodePageToken(token: string, query: readonly string[]): string[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const position = Array.isArray(parsed) ? parsed[2] : undefined;
  if (!Array.isArray(position) || !position.every((part) => typeof part === 'string')) return undefined;
  // Base64url decoding skips what it does not know; only a token as this function's twin writes it counts.
  return encodePageToken(query, position) === token ? position : undefined;
}

/** Cuts rows read with one more than a page holds into the page and the token of the next. */
export function toPage<T>(
  rows: readonly T[],
  size: number,
  query: readonly string[],
  positionOf: (last: T) => readonly string[],
): Page<T> {
  const items = rows.slice(0, size);
  const last = items.at(-1);
  const more = rows.length > size && last !== undefined;
  return { items, nextPageToken: more ? encodePageToken(query, positionOf(last)) : '' };
}

/** The answer to a token that is malformed, or that came from another query. */
export function invalidPageToken(): Failure<'INVALID_PAGE_TOKEN'> {
  return {
    ok: false,
    reason: 'INVALID_PAGE_TOKEN',
    message: 'the page token is malformed or belongs to another query',
  };
}
