import type { LeaderSession } from '../relay/leader-session.ts';
import { type ClaimedRow, rowColumns } from '../relay/outbox-row.ts';
import { FencedError } from '../relay/term.ts';

// Claims are bounded in rows and bytes by the relay that made them.
const CLAIMS_AT_ONCE = 2;
const PAGE_END = `
SELECT max(last_position)::float8 AS "upTo" FROM (
  SELECT last_position FROM outbox_claims WHERE last_position > $1 ORDER BY last_position LIMIT $2) page`;
const ROWS = `
SELECT (c.first_position + claimed.n - 1)::float8 AS position, ${rowColumns}
FROM outbox_claims c
CROSS JOIN LATERAL unnest(c.ids) WITH ORDINALITY AS claimed (id, n)
JOIN outbox o ON o.id = claimed.id
WHERE c.last_position > $1 AND c.last_position <= $2 AND c.first_position + claimed.n - 1 <= $3
  AND NOT EXISTS (SELECT FROM outbox_set_aside s WHERE s.position = c.first_position + claimed.n - 1)
ORDER BY 1`;

/** Every retained row whose position is at or below the watermark, in position order, a page at a time. */
export async function* readPublished(
  session: LeaderSession,
  publishedPosition: number,
): AsyncGenerator<{ rows: ClaimedRow[]; upTo: number }> {
  let after = 0;
  while (after < publishedPosition) {
    const [page] = await session.query<{ upTo: number | null }>({
      text: PAGE_END,
      values: [after, CLAIMS_AT_ONCE],
    });
    if (typeof page?.upTo !== 'number') return;
    const rows = await session.query<ClaimedRow>({
      text: ROWS,
      values: [after, page.upTo, publishedPosition],
    });
    yield { rows, upTo: Math.min(page.upTo, publishedPosition) };
    after = page.upTo;
  }
}

/**
 * Counts a partition's losses as filled, and expects nothing there under the relay's name any more. Throws a FencedError
 * when somebody else has taken the outbox meanwhile.
 */
export async function endRefill(session: LeaderSession, epoch: number, partition: string): Promise<void> {
  const rows = await session.query({
    text: `WITH term AS (
             UPDATE outbox_relay SET confirmed = confirmed - $2::text WHERE single_row AND epoch = $1 RETURNING 1),
           filled AS (
             UPDATE outbox_lost SET refilled_at = clock_timestamp()
             WHERE partition = $2 AND refilled_at IS NULL AND EXISTS (SELECT FROM term))
           SELECT FROM term`,
    values: [epoch, partition],
  });
  if (rows.length === 0) throw new FencedError(`a relay took the outbox over after epoch ${epoch}`);
}
