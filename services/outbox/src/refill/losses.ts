import type { Pool } from '@gavel/postgres/pool';
import type { LeaderSession } from '../relay/leader-session.ts';
import { FencedError } from '../relay/term/epoch.ts';
import type { PositionRange } from './gone-positions.ts';

/** Events that a partition of the stream lacks, and that nobody has settled. */
export interface OpenLoss extends PositionRange {
  readonly partition: string;
  /** Positions of it, of whatever partition, that the outbox does not have any more. */
  readonly gone: number;
  /** Declared by a refill that did not come to its end. */
  readonly byRefill: boolean;
}

// What is held of a loss: its positions that have a claim, but for those whose rows went with their partition. Ids of a claim
// ascend, so its first one tells whether there can be any.
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

/** All losses that are open, with what a refill could not bring back of them. */
export async function readOpenLosses(pool: Pool): Promise<OpenLoss[]> {
  return (await pool.query<OpenLoss>(OPEN)).rows;
}

/**
 * Declares that a partition lacks all that the outbox has, before it is deleted, and that nothing is expected there under
 * the relay's name any more. Throws a FencedError when somebody else has taken the outbox meanwhile.
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
           declared AS (
             INSERT INTO outbox_lost (partition, first_position, last_position, by_refill)
             SELECT $2, coalesce((SELECT first_position FROM outbox_claims ORDER BY last_position LIMIT 1), 1), $3, true
             FROM term)
           SELECT FROM term`,
    values: [epoch, partition, publishedPosition],
  });
  if (rows.length === 0) throw new FencedError(epoch);
}

/**
 * Settles a partition's losses: all but those of which positions are gone, unless `acceptedBy` takes it that they are.
 * Returns what stays open. Throws a FencedError when somebody else has taken the outbox meanwhile.
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
           judged AS (
             SELECT partition, found_at, NOT by_refill AND EXISTS (
               SELECT FROM unnest($3::bigint[], $4::bigint[]) AS g (first, last)
               WHERE g.first <= last_position AND g.last >= first_position) AS lacks
             FROM outbox_lost WHERE partition = $2 AND refilled_at IS NULL),
           settled AS (
             UPDATE outbox_lost l SET refilled_at = clock_timestamp(), accepted_by = CASE WHEN j.lacks THEN $5 END
             FROM judged j
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

/** The id of the first row that the outbox still has. */
export async function readOldestId(session: LeaderSession): Promise<number> {
  const [row] = await session.query<{ id: number }>({
    text: 'SELECT coalesce(min(id), 0)::float8 AS id FROM outbox',
  });
  return row?.id ?? 0;
}
