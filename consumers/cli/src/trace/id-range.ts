import type { Transaction } from '@gavel/postgres/transaction';

/** Rows of the outbox by id, from `low` (included) to `high` (not included). */
export interface IdRange {
  readonly low: number;
  readonly high: number;
}

/** Reading this number of rows costs less than another probe. */
const SMALL_RANGE = 500;

const FIRST = 'SELECT id::float8 AS id, created_at AS at FROM outbox ORDER BY id LIMIT 1';
const LAST = 'SELECT id::float8 AS id, created_at AS at FROM outbox ORDER BY id DESC LIMIT 1';
const FROM = 'SELECT id::float8 AS id, created_at AS at FROM outbox WHERE id >= $1 ORDER BY id LIMIT 1';

interface Probe {
  readonly id: number;
  readonly at: Date;
}

/**
 * The rows that were appended between two moments (without `until`: to the end). Undefined for an empty outbox. `oldest` is when
 * the oldest row was appended.
 *
 * The outbox has no index on event ids or times, so this is a binary search on the primary key, with about twenty probes for any
 * size of table. It works because the statement that sets `created_at` also draws the id, so both ascend together, except for
 * the moment that a busy server may take between the two.
 */
export async function findIdRange(
  tx: Transaction,
  { from, until }: { readonly from: Date; readonly until?: Date },
): Promise<(IdRange & { readonly oldest: Date }) | undefined> {
  const [first] = (await tx.query<Probe>(FIRST)).rows;
  const [last] = (await tx.query<Probe>(LAST)).rows;
  if (first === undefined || last === undefined) return undefined;
  const high = last.id + 1;
  const { low } = await halve(tx, { low: first.id, high }, from);
  const end = until === undefined ? { high } : await halve(tx, { low, high }, until);
  return { low, high: end.high, oldest: first.at };
}

/** Narrows a range down to a moment: rows below it were appended before that moment, rows above it after. */
async function halve(tx: Transaction, whole: IdRange, moment: Date): Promise<IdRange> {
  let { low, high } = whole;
  while (high - low > SMALL_RANGE) {
    const middle = Math.floor((low + high) / 2);
    const [probe] = (await tx.query<Probe>(FROM, [middle])).rows;
    if (probe !== undefined && probe.at < moment) low = Math.min(probe.id, high);
    else high = middle;
  }
  return { low, high };
}

/**
 * When an event's id was created, in milliseconds of the service's clock. `append` creates UUIDs of version 7, which start with
 * that time (RFC 9562, 5.7). Undefined for an id of another version, which no outbox holds.
 */
export function timeOfEventId(eventId: string): Date | undefined {
  const hex = eventId.replaceAll('-', '');
  return hex[12] === '7' ? new Date(Number.parseInt(hex.slice(0, 12), 16)) : undefined;
}
