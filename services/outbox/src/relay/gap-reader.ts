import { columnNames, type OutboxRow, rowColumns } from './outbox-row.ts';
import type { ClaimReceipt, Gap, ReaderState, RowReader } from './row-reader.ts';

// Commit order is not id order: a row may become visible after rows with higher ids. So ids that were passed over
// are kept as gaps and looked at again in every read; "id > cursor" alone would skip them for ever.
//
// One statement and so one snapshot for both halves: with two, a row of an aggregate could be found beyond high while
// an earlier one of the same aggregate, committed in between, still counted as a gap.
//
// The cost of a read is that of the rows it returns plus one index probe per gap, whatever the table's size and however
// long some transaction stays open. The inner LIMIT keeps a gap that a bulk writer filled from being sorted whole.
//
// A page is cut at its rows' bytes too, as a thousand rows may be a gigabyte; bodies are not fetched for that.
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
  /** The gap can be given up once all transactions below this one have ended; undefined until a claim tells. */
  readonly barrier: bigint | undefined;
}

/** Reads every committed row exactly once, in id order among those visible at the same time. */
export function createGapReader(from: ReaderState): RowReader {
  let highId = from.highId;
  let gaps: OpenGap[] = from.gaps.map((gap) => ({ ...gap, barrier: undefined }));
  let ended = 0n;

  return {
    async read(session, limit) {
      // Fixed before the statement starts: what ended before it began is visible to it.
      const endedBefore = ended;
      const rows = await session.query<OutboxRow>({
        name: 'outbox-read',
        text: READ,
        values: [highId, gaps.map((gap) => gap.low), gaps.map((gap) => gap.high), limit, PAGE_BYTES],
      });
      const ids = rows.map((row) => row.id);
      const last = ids.at(-1);
      // A full page may have cut off rows above its last id, so only gaps below that were looked at in full.
      const full = ids.length >= limit || bytesOf(rows) >= PAGE_BYTES;
      const looked = full && last !== undefined ? last : Number.POSITIVE_INFINITY;
      gaps = [
        ...remaining(gaps, ids).filter(
          (gap) => gap.barrier === undefined || gap.barrier > endedBefore || gap.high > looked,
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

/** The gaps without the ids that were found. `ids` ascend; a split gap keeps its barrier. */
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

/** The ids above `highId` that are missing between those that were found. */
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
