import type { LeaderSession } from '../leader-session.ts';
import {
  type ClaimedRow,
  type ClaimReceipt,
  type OutboxRow,
  type ReaderState,
  rowColumns,
} from '../read/row-reader.ts';
import { FencedError } from './epoch.ts';

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
