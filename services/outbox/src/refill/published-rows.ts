import type { LeaderSession } from '../relay/leader-session.ts';
import { type ClaimedRow, rowColumns } from '../relay/read/row-reader.ts';
import type { GonePositions } from './gone-positions.ts';

// The relay has limited rows and bytes of each claim.
const CLAIMS_AT_ONCE = 2;
const PAGE_END = `
SELECT max(last_position)::float8 AS "upTo" FROM (
  SELECT last_position FROM outbox_claims WHERE last_position > $1 ORDER BY last_position LIMIT $2) page`;
const ROWS = `
SELECT (c.first_position + claimed.n - 1)::float8 AS position, claimed.id::float8 AS "claimedId",
       EXISTS (SELECT FROM outbox_set_aside s WHERE s.position = c.first_position + claimed.n - 1) AS "setAside",
       o.id IS NOT NULL AS held, ${rowColumns}
FROM outbox_claims c
CROSS JOIN LATERAL unnest(c.ids) WITH ORDINALITY AS claimed (id, n)
LEFT JOIN outbox o ON o.id = claimed.id
WHERE c.last_position > $1 AND c.last_position <= $2 AND c.first_position + claimed.n - 1 <= $3
ORDER BY 1`;

interface Place extends ClaimedRow {
  readonly claimedId: number;
  readonly setAside: boolean;
  readonly held: boolean;
}

/**
 * All retained rows up to the watermark that were not set aside, in the order of their positions, one page at a time. Notes the
 * positions whose rows are gone.
 */
export async function* readPublished(
  session: LeaderSession,
  publishedPosition: number,
  gone: GonePositions,
): AsyncGenerator<{ rows: ClaimedRow[]; upTo: number }> {
  let after = 0;
  while (after < publishedPosition) {
    const [page] = await session.query<{ upTo: number | null }>({
      text: PAGE_END,
      values: [after, CLAIMS_AT_ONCE],
    });
    const upTo = Math.min(page?.upTo ?? publishedPosition, publishedPosition);
    const places = await session.query<Place>({ text: ROWS, values: [after, page?.upTo ?? upTo, upTo] });
    for (const { position, claimedId, held, setAside } of places) {
      gone.seen(position, held || setAside ? undefined : claimedId);
    }
    gone.seenUpTo(upTo);
    yield { rows: places.filter(({ held, setAside }) => held && !setAside), upTo };
    after = upTo;
  }
}
