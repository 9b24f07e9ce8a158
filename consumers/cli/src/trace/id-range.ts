import type { Transaction } from '@gavel/postgres/transaction';

/** Rows of the outbox from `low` to below `high`, by id. */
export interface IdRange {
  readonly low: number;
  readonly high: number;
}

/** So few rows more or less cost less than another probe. */
const CLOSE = 500;

const FIRST = 'SELECT id::float8 AS id, created_at AS at FROM outbox ORDER BY id LIMIT 1';
const LAST = 'SELECT id::float8 AS id, created_at AS at FROM outbox ORDER BY id DESC LIMIT 1';
const FROM = 'SELECT id::float8 AS id, created_at AS at FROM outbox WHERE id >= $1 ORDER BY id LIMIT 1';

interface Probe {
  readonly id: number;
  readonly at: Date;
}

/**
 * The rows that were appended between two moments (without `until`: to the end), found by halving: an id is drawn in the very
 * statement that stamps its row, so ids ascend with `created_at` but for the moment that a busy server takes in between. No
 * index knows event ids or times, and none has to: about twenty probes of the primary key, whatever the table's size.
 *
 * Undefined for an empty outbox. `oldest` is when the first row that is still held was appended.
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

/** Narrows a range down to where a moment is: what lies below was appended before it, what lies above after it. */
async function halve(tx: Transaction, whole: IdRange, moment: Date): Promise<IdRange> {
  let { low, high } = whole;
  while (high - low > CLOSE) {
    const middle = Math.floor((low + high) / 2);
    const [probe] = (await tx.query<Probe>(FROM, [middle])).rows;
    if (probe !== undefined && probe.at < moment) low = Math.min(probe.id, high);
    else high = middle;
  }
  return { low, high };
}
