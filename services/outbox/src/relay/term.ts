import type { LeaderSession } from './leader-session.ts';
import { type ClaimedRow, type OutboxRow, rowColumns } from './outbox-row.ts';
import type { ClaimReceipt, ReaderState } from './row-reader.ts';

/** What the outbox says about itself when a relay takes it over. */
export interface TermStart {
  /** This relay's number; claims carry it. */
  readonly epoch: number;
  /** Everything at or below is confirmed by stream and exchange. */
  readonly publishedPosition: number;
  /** The highest position of each stream partition that the broker has confirmed. */
  readonly confirmed: Readonly<Record<string, number>>;
  /** The highest position given so far, 0 for none. */
  readonly lastPosition: number;
  readonly reader: ReaderState;
}

/** Another relay has taken the outbox over; this one must stop. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/** Takes a new epoch and reads where the last relay stood. From here on, no earlier relay can claim. */
export async function beginTerm(session: LeaderSession, holder: string): Promise<TermStart> {
  const [relay] = await session.query<{
    epoch: bigint;
    published: bigint;
    confirmed: Record<string, number>;
  }>({
    text: `UPDATE outbox_relay SET epoch = epoch + 1, holder = $1, since = clock_timestamp()
           RETURNING epoch, published_position AS published, confirmed`,
    values: [holder],
  });
  if (!relay) throw new Error('outbox_relay has no row: the outbox migrations did not run here');
  const [newest] = await session.query<{ last: bigint; high: bigint; lows: bigint[]; highs: bigint[] }>({
    text: `SELECT last_position AS last, high_id AS high, gap_low AS lows, gap_high AS highs
           FROM outbox_claims ORDER BY last_position DESC LIMIT 1`,
  });
  return {
    epoch: Number(relay.epoch),
    publishedPosition: Number(relay.published),
    confirmed: relay.confirmed,
    lastPosition: Number(newest?.last ?? 0),
    reader: {
      highId: Number(newest?.high ?? 0),
      gaps: (newest?.lows ?? []).map((low, i) => ({ low: Number(low), high: Number(newest?.highs[i]) })),
    },
  };
}

/** Rows that have a position but may not be published, in order. At most a window of them. */
export async function unpublishedClaims(
  session: LeaderSession,
  publishedPosition: number,
): Promise<ClaimedRow[]> {
  return await session.query<ClaimedRow>({
    text: `SELECT (c.first_position + claimed.n - 1)::float8 AS position, ${rowColumns}
           FROM outbox_claims c
           CROSS JOIN LATERAL unnest(c.ids) WITH ORDINALITY AS claimed (id, n)
           JOIN outbox o ON o.id = claimed.id
           WHERE c.last_position > $1 AND c.first_position + claimed.n - 1 > $1
             AND NOT EXISTS (SELECT FROM outbox_set_aside s WHERE s.position = c.first_position + claimed.n - 1)
           ORDER BY 1`,
    values: [publishedPosition],
  });
}

// FOR SHARE waits for a takeover that is just changing the epoch and then finds no row; a takeover waits for it in turn,
// so it reads every claim that an earlier relay made. One statement, one commit, 8 bytes per event.
const CLAIM = `
WITH term AS (SELECT 1 FROM outbox_relay WHERE single_row AND epoch = $1 FOR SHARE)
INSERT INTO outbox_claims (epoch, high_id, first_position, last_position, ids, gap_low, gap_high)
SELECT $1, $2, $3, $4, $5::bigint[], $6::bigint[], $7::bigint[] FROM term
RETURNING pg_current_xact_id()::text AS xid, pg_snapshot_xmin(pg_current_snapshot())::text AS xmin`;

/**
 * Gives rows their positions, from `firstPosition` on in the given order, durably: they may be published after this
 * resolved and not before. Throws a FencedError when another relay holds the outbox.
 */
export async function claim(
  session: LeaderSession,
  epoch: number,
  firstPosition: number,
  rows: readonly OutboxRow[],
  reader: ReaderState,
): Promise<ClaimReceipt> {
  const [receipt] = await session.query<{ xid: string; xmin: string }>({
    name: 'outbox-claim',
    text: CLAIM,
    values: [
      epoch,
      reader.highId,
      firstPosition,
      firstPosition + rows.length - 1,
      rows.map((row) => row.id),
      reader.gaps.map((gap) => gap.low),
      reader.gaps.map((gap) => gap.high),
    ],
  });
  if (!receipt) throw new FencedError(`another relay took the outbox over after epoch ${epoch}`);
  return { xid: BigInt(receipt.xid), xmin: BigInt(receipt.xmin) };
}

/** How far the watermark goes, and what is written down with it. */
export interface Mark {
  /** It was there before. */
  readonly after: number;
  readonly publishedPosition: number;
  /** The highest position of each stream partition that the broker has confirmed. */
  readonly confirmed: Readonly<Record<string, number>>;
  /** The id that the reader had come to with the newest claim. */
  readonly highId: number;
  /** Milliseconds since the newest confirm. An age and no time: the database's clock is the one that counts. */
  readonly confirmedMsAgo: number;
}

// Its commit does not wait for the disk, on which the next claim would wait with it: a database that crashes loses a
// watermark of the last half second at most, and what lies above is sent once more, as after a kill -9 of the relay.
//
// One statement: the times cost no round trip. A row that is there already came from the same mark, whose answer was lost.
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

/** Moves the watermark, and writes down with it when that was. Throws a FencedError when another relay holds the outbox. */
export async function markPublished(session: LeaderSession, epoch: number, mark: Mark): Promise<void> {
  const { after, publishedPosition, confirmed, highId, confirmedMsAgo } = mark;
  const rows = await session.query({
    name: 'outbox-mark',
    text: MARK,
    values: [epoch, publishedPosition, JSON.stringify(confirmed), highId, after, confirmedMsAgo],
  });
  if (rows.length === 0) throw new FencedError(`another relay took the outbox over after epoch ${epoch}`);
}
