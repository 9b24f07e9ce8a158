import type { Pool } from '@gavel/postgres/pool';
import type { LeaderSession } from '../relay/leader-session.ts';
import { FencedError } from '../relay/term/term-records.ts';
import type { PositionRange } from './gone-positions.ts';

/** Events that a partition of the stream lost, as long as the loss is not resolved. */
export interface OpenLoss extends PositionRange {
  readonly partition: string;
  /** Number of positions in this range, of any partition, that the outbox no longer has. */
  readonly gone: number;
  /** Declared by a refill that did not finish. */
  readonly byRefill: boolean;
}

// The outbox still holds the positions of a loss that have a claim, except those whose rows were dropped with their partition.
// The ids of a claim ascend, so its first id shows whether such rows are possible.
const OPEN = `
SELECT l.partition, l.first_position::float8 AS "firstPosition", l.last_position::float8 AS "lastPosition", l.by_refill AS "byRefill",
       CASE WHEN l.by_refill THEN 0 ELSE (l.last_position - l.first_position + 1 - held.claimed + held.dropped)::float8 END AS gone
FROM outbox_lost l
CROSS JOIN LATERAL (SELECT coalesce(min(id), 0) AS id FROM outbox) oldest
CROSS JOIN LATERAL (
  SELECT coalesce(sum(least(c.last_position, l.last_position) - greatest(c.first_position, l.first_position) + 1), 0) AS claimed,
         coalesce(sum((SELECT count(*) FROM unnest(c.ids) WITH ORDINALITY AS claimed (id, n)
           WHERE claimed.id < oldest.id AND c.first_position + n - 1 BETWEEN l.first_position AND l.last_position))
           FILTER (WHERE c.ids[1] < oldest.id), 0) AS dropped
  FROM outbox_claims c WHERE c.last_position >= l.first_position AND c.first_position <= l.last_position) held
WHERE l.refilled_at IS NULL
ORDER BY l.partition, l.first_position`;

/** All open losses, with the number of positions that a refill cannot bring back. */
export async function readOpenLosses(pool: Pool): Promise<OpenLoss[]> {
  return (await pool.query<OpenLoss>(OPEN)).rows;
}

/**
 * Declares, before a partition is deleted, that it lacks all events of the outbox, and that the broker is expected to have none
 * of them there under the relay's publisher name. Throws a FencedError when another process has taken the outbox.
 */
export async function beginLoss(
  session: LeaderSession,
  epoch: number,
  partition: string,
  publishedPosition: number,
): Promise<void> {
  const rows = await session.query({
    text: `WITH term AS (
             UPDATE outbox_relay SET confirmed = confirmed - $2::text WHERE single_row AND epoch = $1 RETURNING 1),
           earlier AS (
             DELETE FROM outbox_lost WHERE partition = $2 AND by_refill AND refilled_at IS NULL AND EXISTS (SELECT FROM term)),
           abandoned AS (
             UPDATE outbox_lost SET held = false, last_position = greatest(last_position, $3)
             WHERE held AND refilled_at IS NULL AND partition <> $2 AND EXISTS (SELECT FROM term)),
           declared AS (
             INSERT INTO outbox_lost (partition, first_position, last_position, by_refill, held)
             SELECT $2, coalesce((SELECT first_position FROM outbox_claims ORDER BY last_position LIMIT 1), 1), $3, true, true
             FROM term)
           SELECT FROM term`,
    values: [epoch, partition, publishedPosition],
  });
  if (rows.length === 0) throw new FencedError(epoch);
}

/**
 * Resolves the losses of a partition: all of them except those with positions that are gone, and these too when `acceptedBy`
 * names a person. Returns the losses that stay open. Throws a FencedError when another process has taken the outbox.
 */
export async function settleLosses(
  session: LeaderSession,
  epoch: number,
  partition: string,
  gone: readonly PositionRange[],
  acceptedBy: string | undefined,
): Promise<PositionRange[]> {
  const term = await session.query({
    text: `WITH term AS (SELECT 1 FROM outbox_relay WHERE single_row AND epoch = $1 FOR SHARE),
           classified AS (
             SELECT partition, found_at, NOT by_refill AND EXISTS (
               SELECT FROM unnest($3::bigint[], $4::bigint[]) AS g (first, last)
               WHERE g.first <= last_position AND g.last >= first_position) AS lacks
             FROM outbox_lost WHERE partition = $2 AND refilled_at IS NULL),
           settled AS (
             UPDATE outbox_lost l SET refilled_at = clock_timestamp(), held = false, accepted_by = CASE WHEN j.lacks THEN $5 END
             FROM classified j
             WHERE l.partition = j.partition AND l.found_at = j.found_at AND EXISTS (SELECT FROM term)
               AND (NOT j.lacks OR $5::text IS NOT NULL))
           SELECT FROM term`,
    values: [
      epoch,
      partition,
      gone.map(({ firstPosition }) => firstPosition),
      gone.map(({ lastPosition }) => lastPosition),
      acceptedBy ?? null,
    ],
  });
  if (term.length === 0) throw new FencedError(epoch);
  return session.query<PositionRange>({
    text: `SELECT first_position::float8 AS "firstPosition", last_position::float8 AS "lastPosition" FROM outbox_lost
           WHERE partition = $1 AND refilled_at IS NULL ORDER BY 1`,
    values: [partition],
  });
}

/** The id of the oldest row that the outbox still has, 0 for none. */
export async function readOldestId(session: LeaderSession): Promise<number> {
  const [row] = await session.query<{ id: number }>({
    text: 'SELECT coalesce(min(id), 0)::float8 AS id FROM outbox',
  });
  return row?.id ?? 0;
}

/** The oldest position that the outbox still has, 0 for none. */
export async function readFirstPosition(session: LeaderSession): Promise<number> {
  const [row] = await session.query<{ first: number }>({
    text: 'SELECT first_position::float8 AS first FROM outbox_claims ORDER BY last_position LIMIT 1',
  });
  return row?.first ?? 0;
}

/** The watermark of now. */
export async function readWatermark(session: LeaderSession): Promise<number> {
  const [row] = await session.query<{ published: number }>({
    text: 'SELECT published_position::float8 AS published FROM outbox_relay',
  });
  return row?.published ?? 0;
}
