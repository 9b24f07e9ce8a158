import type { LeaderSession } from '../leader-session.ts';
import { FencedError } from './epoch.ts';

/** A move of the watermark, and what is stored with it. */
export interface Mark {
  /** The watermark before. */
  readonly after: number;
  /** The new watermark: stream and exchange have confirmed all positions up to this one. */
  readonly publishedPosition: number;
  /** The highest position of each stream partition that the broker has confirmed. */
  readonly confirmed: Readonly<Record<string, number>>;
  /** The reader's highest id at the newest claim. */
  readonly highId: number;
  /** Milliseconds since the newest confirm. An age and not a time, because times come from the database's clock. */
  readonly confirmedMsAgo: number;
}

// The commit does not wait for the disk, because the next claim would have to wait with it. A database that crashes loses
// the watermark of the last half second; the relay then sends those events once more, as after a kill -9.  One statement, so
// storing the times costs no round trip. A conflict means that the same row was written before and its answer was lost.
const MARK = `
WITH moved AS (
  UPDATE outbox_relay SET published_position = greatest(published_position, $2), confirmed = confirmed || $3::jsonb
  FROM (SELECT set_config('synchronous_commit', 'off', true)) AS of_this_commit
  WHERE single_row AND epoch = $1 RETURNING 1),
timed AS (
  INSERT INTO outbox_marks (high_id, first_position, last_position, confirmed_at)
  SELECT $4, $5::bigint + 1, $2, clock_timestamp() - make_interval(secs => $6::float8 / 1000) FROM moved
  ON CONFLICT DO NOTHING)
SELECT 1 FROM moved`;

/** Moves the watermark and stores when the events were confirmed. Throws a FencedError when another relay holds the outbox. */
export async function markPublished(session: LeaderSession, epoch: number, mark: Mark): Promise<void> {
  const { after, publishedPosition, confirmed, highId, confirmedMsAgo } = mark;
  const rows = await session.query({
    name: 'outbox-mark',
    text: MARK,
    values: [epoch, publishedPosition, JSON.stringify(confirmed), highId, after, confirmedMsAgo],
  });
  if (rows.length === 0) throw new FencedError(epoch);
}
