import {
  type ClaimReceipt,
  type Gap,
  type OutboxRow,
  type ReaderState,
  type RowReader,
  rowColumns,
} from './row-reader.ts';

// The names that `rowColumns` gives, for the queries around it.
const columnNames = `id, "eventId", type, subject, stream, "aggregateId", sequence, time, traceparent, tracestate, body,
  "createdAt"`;

// Rows do not become visible in the order of their ids: a transaction may commit after another one that drew higher ids.
// A reader that only asks for "id > cursor" would never find such a row. So the ids that were passed are kept as gaps and
// looked up again in every read. decision-gap-safe-reader.md compares this with a cursor and with a lock.
//
// One statement reads gaps and new rows from one snapshot. With two statements, a transaction that commits between them
// could put a later event of an aggregate above highId while an earlier one still looked like a gap.
//
// A read costs as much as the rows that it returns plus one index probe per gap, for a table of any size and no matter how
// long a transaction stays open. The inner LIMIT avoids sorting all rows of a gap that a bulk writer has filled.
//
// A page is also limited by the bytes of its rows, because a thousand rows may hold a gigabyte. `before` is computed from
// lengths; bodies beyond the limit are not fetched.
const READ = `
SELECT ${columnNames} FROM (
SELECT *, sum(octet_length(body)) OVER (ORDER BY id) - octet_length(body) AS before FROM (
  (SELECT ${rowColumns}
     FROM unnest($2::bigint[], $3::bigint[]) AS gap (low, high)
     CROSS JOIN LATERAL (
       SELECT * FROM outbox WHERE id BETWEEN gap.low AND gap.high ORDER BY id LIMIT $4
     ) o
     ORDER BY o.id LIMIT $4)
  UNION ALL
  (SELECT ${rowColumns} FROM outbox o WHERE o.id > $1 ORDER BY o.id LIMIT $4)
) found ORDER BY id LIMIT $4) page WHERE before < $5 ORDER BY id`;

const PAGE_BYTES = 4 * 1024 * 1024;

interface OpenGap extends Gap {
  /** The gap is dead once all transactions with lower ids have ended. Undefined until the first claim after the gap was found. */
  readonly barrier: bigint | undefined;
}

/** Reads every committed row exactly once. Rows that are visible at the same time come in the order of their ids. */
export function createGapReader(from: ReaderState): RowReader {
  let highId = from.highId;
  let gaps: OpenGap[] = from.gaps.map((gap) => ({ ...gap, barrier: undefined }));
  let ended = 0n;

  return {
    async read(session, limit) {
      // Taken before the statement starts: its snapshot then shows the rows of all transactions that have ended by now.
      const endedBefore = ended;
      const rows = await session.query<OutboxRow>({
        name: 'outbox-read',
        text: READ,
        values: [highId, gaps.map((gap) => gap.low), gaps.map((gap) => gap.high), limit, PAGE_BYTES],
      });
      const ids = rows.map((row) => row.id);
      const last = ids.at(-1);
      // A full page may lack rows above its last id, so only gaps below that id were searched completely.
      const full = ids.length >= limit || bytesOf(rows) >= PAGE_BYTES;
      const searchedUpTo = full && last !== undefined ? last : Number.POSITIVE_INFINITY;
      gaps = [
        ...remaining(gaps, ids).filter(
          (gap) => gap.barrier === undefined || gap.barrier > endedBefore || gap.high > searchedUpTo,
        ),
        ...between(highId, ids),
      ];
      if (last !== undefined && last > highId) highId = last;
      return rows;
    },
    claimed(receipt: ClaimReceipt) {
      ended = receipt.xmin;
      gaps = gaps.map((gap) => (gap.barrier === undefined ? { ...gap, barrier: receipt.xid } : gap));
    },
    get state() {
      return { highId, gaps };
    },
  };
}

function bytesOf(rows: readonly OutboxRow[]): number {
  return rows.reduce((bytes, row) => bytes + row.body.byteLength, 0);
}

/** The gaps without the ids that were found. `ids` are in ascending order; both parts of a split gap keep its barrier. */
function remaining(gaps: readonly OpenGap[], ids: readonly number[]): OpenGap[] {
  const left: OpenGap[] = [];
  let i = 0;
  for (const gap of gaps) {
    let low = gap.low;
    while (i < ids.length && (ids[i] as number) < low) i++;
    for (let id = ids[i]; id !== undefined && id <= gap.high; id = ids[++i]) {
      if (id > low) left.push({ low, high: id - 1, barrier: gap.barrier });
      low = id + 1;
    }
    if (low <= gap.high) left.push({ low, high: gap.high, barrier: gap.barrier });
  }
  return left;
}

/** The ids above `highId` that are missing between the ids that were found. */
function between(highId: number, ids: readonly number[]): OpenGap[] {
  const gaps: OpenGap[] = [];
  let expected = highId + 1;
  for (const id of ids) {
    if (id < expected) continue;
    if (id > expected) gaps.push({ low: expected, high: id - 1, barrier: undefined });
    expected = id + 1;
  }
  return gaps;
}
