import type { LeaderSession } from '../leader-session.ts';
import {
  type ClaimedRow,
  type ClaimReceipt,
  type OutboxRow,
  type ReaderState,
  rowColumns,
} from '../read/row-reader.ts';

// What a term stores in the database: its epoch, its claims, the rows that it set aside, how far it has published, and what the stream
// has lost.

/** What a relay reads from the outbox when it takes it over. */
export interface TermStart {
  /** The number of this term. Every claim names it. */
  readonly epoch: number;
  /** The watermark: stream and exchange have confirmed all positions up to this one. */
  readonly publishedPosition: number;
  /** The highest position of each stream partition that the broker has confirmed. */
  readonly confirmed: Readonly<Record<string, number>>;
  /** The highest position that was given so far, 0 for none. */
  readonly lastPosition: number;
  readonly reader: ReaderState;
}

/** Another relay has taken the outbox over; this one must stop. */
export class FencedError extends Error {
  override readonly name = 'FencedError';

  constructor(epoch: number) {
    super(`another relay took the outbox over after epoch ${epoch}`);
  }
}

/**
 * Takes a new epoch and reads where the last relay stopped. After this no earlier relay can claim.
 *
 * @param holder shown by the command line: `<host>:<process id>`
 */
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

// FOR SHARE waits for a takeover that is changing the epoch at this moment, and then finds no row. A takeover waits for
// FOR SHARE in turn, so it reads every claim of the relays before it. One statement, one commit, 8 bytes per event.
const CLAIM = `
WITH term AS (SELECT 1 FROM outbox_relay WHERE single_row AND epoch = $1 FOR SHARE)
INSERT INTO outbox_claims (epoch, high_id, first_position, last_position, ids, gap_low, gap_high)
SELECT $1, $2, $3, $4, $5::bigint[], $6::bigint[], $7::bigint[] FROM term
RETURNING pg_current_xact_id()::text AS xid, pg_snapshot_xmin(pg_current_snapshot())::text AS xmin`;

/**
 * Gives rows their positions, from `firstPosition` on, in the given order. The positions are durable when this resolves;
 * the rows must not be published earlier. Throws a FencedError when another relay holds the outbox.
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
  if (!receipt) throw new FencedError(epoch);
  return { xid: BigInt(receipt.xid), xmin: BigInt(receipt.xmin) };
}

/**
 * The rows that have positions above the watermark, in the order of their positions: an earlier relay may not have
 * published them. Rows that were set aside are left out. There are at most as many as a relay keeps in flight.
 */
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

/**
 * Stores a claimed row that no broker will ever take, with the reason, where an operator finds it. Its position stays
 * unused. Later events are published, also those of the same aggregate: consumers see the gap in `sequence`. Stores it once
 * per position.
 */
export async function setAside(
  session: LeaderSession,
  position: number,
  id: number,
  problem: string,
): Promise<void> {
  await session.query({
    text: `INSERT INTO outbox_set_aside
             (position, outbox_id, event_id, type, subject, stream, aggregate_id, sequence, time, traceparent, tracestate,
              body, problem)
           SELECT $1, o.id, o.event_id, o.type, o.subject, o.stream, o.aggregate_id, o.sequence, o.time, o.traceparent,
                  o.tracestate, o.body, $3
           FROM outbox o WHERE o.id = $2
           ON CONFLICT (position) DO NOTHING`,
    values: [position, id, problem],
  });
}

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
  /**
   * Milliseconds since the newest confirm. An age is passed instead of a time, because the times are those of the
   * database's clock.
   */
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

/** Events that the broker had confirmed for a partition of the stream and no longer has: positions, both included. */
export interface LostEvents {
  readonly partition: string;
  readonly firstPosition: number;
  readonly lastPosition: number;
}

/** Stores a loss and lowers the stored position, so that the loss is not found again. Throws a FencedError when another relay holds the outbox. */
export async function recordLost(session: LeaderSession, epoch: number, lost: LostEvents): Promise<void> {
  const rows = await session.query({
    text: `WITH term AS (
             UPDATE outbox_relay SET confirmed = confirmed || jsonb_build_object($2::text, $3::bigint - 1)
             WHERE single_row AND epoch = $1 RETURNING 1)
           INSERT INTO outbox_lost (partition, first_position, last_position) SELECT $2, $3, $4 FROM term
           RETURNING 1`,
    values: [epoch, lost.partition, lost.firstPosition, lost.lastPosition],
  });
  if (rows.length === 0) throw new FencedError(epoch);
}

/** The loss in one sentence, for logs and health. */
export function describeLost(lost: LostEvents): string {
  return `stream ${lost.partition} lost positions ${lost.firstPosition}..${lost.lastPosition}; run gavel refill`;
}
