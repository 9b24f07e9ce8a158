import { createHash } from 'node:crypto';
import { validate as isUuid } from 'uuid';
import type { Failure, Outcome } from './failure.ts';

/** One page of a list. */
export interface Page<T> {
  items: T[];
  /** Empty on the last page. */
  nextPageToken: string;
}

/** The part of a request that selects a page. */
export interface PageInput {
  pageSize: number;
  pageToken: string;
}

/** A list that is read in pages. */
interface List<Row, Position> {
  /** The query's name, filters and order. */
  readonly query: readonly string[];
  /** Undefined when the parts are not a position of this list. */
  readPosition(parts: readonly string[]): Position | undefined;
  /** Up to `limit` rows after a position. */
  readRows(after: Position | undefined, limit: number): Promise<readonly Row[]>;
  /** The position of a page's last row. */
  positionOf(last: Row, after: Position | undefined): readonly string[];
}

/** The position of a row in a list that is sorted by a time, then by id. */
export interface TimePosition {
  readonly time: Date;
  readonly id: string;
}

const DEFAULT_SIZE = 20;
const LARGEST_SIZE = 100;
const VERSION = 2;

/** Reads the requested page of a list. */
export async function readPage<Row, Position>(
  list: List<Row, Position>,
  { pageSize: asked, pageToken }: PageInput,
): Promise<Outcome<Page<Row>, 'INVALID_PAGE_TOKEN'>> {
  const parts = pageToken === '' ? undefined : decodePageToken(pageToken, list.query);
  const after = parts && list.readPosition(parts);
  if (pageToken !== '' && after === undefined) return invalidPageToken();
  const size = pageSize(asked);
  const rows = await list.readRows(after, size + 1);
  return { ok: true, value: toPage(rows, size, list.query, (last) => list.positionOf(last, after)) };
}

/** The number of rows on a page: default 20, at most 100. */
export function pageSize(asked: number): number {
  return asked <= 0 ? DEFAULT_SIZE : Math.min(asked, LARGEST_SIZE);
}

/**
 * An opaque token that names a position in one query's order: base64url of a versioned tuple. It contains a digest of the query
 * (its name, filters and order), so a token is only valid for the list that returned it, and is short even for long
 * search words.
 */
export function encodePageToken(query: readonly string[], position: readonly string[]): string {
  return Buffer.from(JSON.stringify([VERSION, digest(query), position]), 'utf8').toString('base64url');
}

function digest(query: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 16);
}

/** The position that a token names; undefined when the token is malformed or belongs to another query. */
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
  // Decoding base64url ignores unknown characters. Only a token exactly as `encodePageToken` writes it is valid.
  return encodePageToken(query, position) === token ? position : undefined;
}

/** Turns rows, read with one more than fits on a page, into the page and the token of the next one. */
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

/** Reads a page position of the form [time, id]; undefined for anything else. */
export function readTimePosition(position: readonly string[]): TimePosition | undefined {
  const [text = '', rawId = ''] = position;
  const time = new Date(text);
  // Only in the form in which it was written, with a year that Postgres can store.
  if (position.length !== 2 || !isUuid(rawId) || !/^(?!0000)\d{4}-/.test(text)) return undefined;
  const written = !Number.isNaN(time.getTime()) && time.toISOString() === text;
  return written ? { time, id: rawId.toLowerCase() } : undefined;
}

function invalidPageToken(): Failure<'INVALID_PAGE_TOKEN'> {
  return {
    ok: false,
    reason: 'INVALID_PAGE_TOKEN',
    message: 'the page token is malformed or belongs to another query',
  };
}
