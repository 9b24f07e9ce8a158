import type { LeaderSession } from '../relay/leader-session.ts';
import { type ClaimedRow, rowColumns } from '../relay/read/row-reader.ts';
import type { GonePositions } from './gone-positions.ts';

/** Which rows are read. */
export interface PublishedRange {
  /** Positions above this one … */
  readonly after: number;
  /** … and up to this one, which must be at or below the watermark. */
  readonly upTo: number;
  /** Whether the events of this aggregate are wanted. Only their bodies are fetched. */
  readonly wants: (aggregateId: string) => boolean;
}

// A claim may be one row or a thousand rows, and a body may be a megabyte. So a page is as many claims as have these rows, and
// their bodies are fetched in parts of these bytes. Larger pages are not faster.
const PAGE_ROWS = 8_000;
const PART_ROWS = 2_000;
// Ids of a page that are closer together than this are read as one range.
const FAR = 100;
const PART_BYTES = 4 * 1024 * 1024;

// Claims with one row each need as many claims as rows.
const CLAIMS = `
SELECT first_position::float8 AS first, last_position::float8 AS last FROM outbox_claims
WHERE last_position > $1 ORDER BY last_position LIMIT ${PAGE_ROWS}`;
const IDS = `
SELECT string_agg(array_to_string(ids, ','), ',' ORDER BY last_position) AS ids FROM outbox_claims
WHERE last_position > $1 AND last_position <= $2`;
// Ranges of ids are several times faster than one probe per id. octet_length does not fetch the body.
const HEADS = `
SELECT o.id::float8 AS id, o.aggregate_id AS "aggregateId", octet_length(o.body) AS bytes
FROM unnest($1::bigint[], $2::bigint[]) AS range (low, high)
CROSS JOIN LATERAL (SELECT id, aggregate_id, body FROM outbox WHERE id BETWEEN range.low AND range.high) o`;
const SET_ASIDE = `
SELECT position::float8 AS position FROM outbox_set_aside WHERE position > $1 AND position <= $2`;
const ROWS = `
SELECT wanted.position::float8 AS position, ${rowColumns}
FROM unnest($1::bigint[], $2::bigint[]) AS wanted (position, id)
JOIN outbox o ON o.id = wanted.id
ORDER BY wanted.position`;

/** What decides whether a row is wanted. */
interface Head {
  readonly id: number;
  readonly aggregateId: string;
  readonly bytes: number;
}

interface Place extends Head {
  readonly position: number;
}

/**
 * The retained rows of a range that are wanted and were not set aside, in the order of their positions, part by part. `upTo` is
 * the position that was reached. Notes the positions whose rows are gone.
 */
export async function* readPublished(
  session: LeaderSession,
  range: PublishedRange,
  gone: GonePositions,
): AsyncGenerator<{ rows: ClaimedRow[]; upTo: number }> {
  for await (const page of pages(session, range)) {
    const places = await readPlaces(session, page, gone);
    const wanted = places.filter(({ aggregateId }) => range.wants(aggregateId));
    for (const part of parts(wanted)) {
      const rows = await session.query<ClaimedRow>({
        name: 'refill-rows',
        text: ROWS,
        values: [part.map(({ position }) => position), part.map(({ id }) => id)],
      });
      yield { rows, upTo: part.at(-1)?.position ?? page.after };
    }
    yield { rows: [], upTo: page.upTo };
  }
}

/** Yields what `source` yields, and fetches the next part while the caller works on one. */
export async function* readAhead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done) return;
      next = source.next();
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await source.return(undefined);
  }
}

interface Claim {
  readonly first: number;
  readonly last: number;
}

interface Page {
  readonly after: number;
  readonly upTo: number;
  readonly claims: readonly Claim[];
}

async function* pages(session: LeaderSession, { after, upTo }: PublishedRange): AsyncGenerator<Page> {
  let reached = after;
  while (reached < upTo) {
    const found = await session.query<Claim>({ name: 'refill-claims', text: CLAIMS, values: [reached] });
    for (const claims of inPages(found)) {
      const last = Math.min(claims.at(-1)?.last ?? upTo, upTo);
      yield { after: reached, upTo: last, claims };
      reached = last;
      if (reached >= upTo) return;
    }
    // Positions without a claim.
    if (found.length === 0) return yield { after: reached, upTo, claims: [] };
  }
}

function* inPages(found: readonly Claim[]): Generator<Claim[]> {
  let page: Claim[] = [];
  let rows = 0;
  for (const claim of found) {
    const own = claim.last - claim.first + 1;
    if (rows > 0 && rows + own > PAGE_ROWS) {
      yield page;
      page = [];
      rows = 0;
    }
    page.push(claim);
    rows += own;
  }
  if (page.length > 0) yield page;
}

async function readPlaces(session: LeaderSession, page: Page, gone: GonePositions): Promise<Place[]> {
  const claimed = await readClaimed(session, page);
  const heads = new Map<number, Head>();
  for (const head of await readHeads(session, [...claimed.values()])) heads.set(head.id, head);
  const aside = await session.query<{ position: number }>({
    text: SET_ASIDE,
    values: [page.after, page.upTo],
  });
  const setAside = new Set(aside.map(({ position }) => position));
  const places: Place[] = [];
  for (const [position, id] of claimed) {
    const head = heads.get(id);
    gone.seen(position, head || setAside.has(position) ? undefined : id);
    if (head && !setAside.has(position)) places.push({ ...head, position });
  }
  gone.seenUpTo(page.upTo);
  return places;
}

/** The ids of a page by position. A claim may begin before the page or end after it. */
async function readClaimed(
  session: LeaderSession,
  { after, upTo, claims }: Page,
): Promise<Map<number, number>> {
  const claimed = new Map<number, number>();
  const last = claims.at(-1)?.last;
  if (last === undefined) return claimed;
  const [row] = await session.query<{ ids: string | null }>({
    name: 'refill-ids',
    text: IDS,
    values: [after, last],
  });
  const ids = (row?.ids ?? '').split(',').map(Number);
  let n = 0;
  for (const { first, last } of claims) {
    for (let position = first; position <= last; position++) {
      const id = ids[n++];
      if (id !== undefined && position > after && position <= upTo) claimed.set(position, id);
    }
  }
  return claimed;
}

async function readHeads(session: LeaderSession, ids: number[]): Promise<Head[]> {
  const low: number[] = [];
  const high: number[] = [];
  for (const id of ids.toSorted((a, b) => a - b)) {
    const end = high.at(-1);
    if (end !== undefined && id - end <= FAR) high[high.length - 1] = id;
    else {
      low.push(id);
      high.push(id);
    }
  }
  return session.query<Head>({ name: 'refill-heads', text: HEADS, values: [low, high] });
}

function* parts(places: readonly Place[]): Generator<Place[]> {
  let part: Place[] = [];
  let bytes = 0;
  for (const place of places) {
    if (part.length === PART_ROWS || (part.length > 0 && bytes + place.bytes > PART_BYTES)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(place);
    bytes += place.bytes;
  }
  if (part.length > 0) yield part;
}
