import type { LeaderSession } from './leader-session.ts';
import { FencedError } from './term.ts';

/** Events that a partition of the stream had confirmed and has no more: positions, both included. */
export interface LostEvents {
  readonly partition: string;
  readonly firstPosition: number;
  readonly lastPosition: number;
}

/** What the broker confirmed per partition: the proof by which a broker that lost data is found out. */
export interface ConfirmedPositions {
  /** The stream confirmed a position. */
  confirm(partition: string, position: number): void;
  /**
   * The broker says how far a partition goes, before anything is sent there in this session. What it should have and
   * does not is returned once, and from then on no longer expected.
   */
  seen(partition: string, lastPosition: number): LostEvents | undefined;
  /** To be stored with the watermark. */
  readonly byPartition: Readonly<Record<string, number>>;
}

/**
 * Starts from what was stored. Positions above `resentAbove` are not held against the broker: the term begins by sending
 * them again, and the broker drops those it has.
 */
export function createConfirmedPositions(
  stored: Readonly<Record<string, number>>,
  resentAbove: number,
): ConfirmedPositions {
  const highest = new Map(
    Object.entries(stored).map(([partition, position]) => [partition, Math.min(position, resentAbove)]),
  );
  return {
    confirm(partition, position) {
      if (position > (highest.get(partition) ?? 0)) highest.set(partition, position);
    },
    seen(partition, lastPosition) {
      const expected = highest.get(partition) ?? 0;
      if (lastPosition >= expected) return undefined;
      highest.set(partition, lastPosition);
      return { partition, firstPosition: lastPosition + 1, lastPosition: expected };
    },
    get byPartition() {
      return Object.fromEntries(highest);
    },
  };
}

/** Stores a loss, and that it is known. Throws a FencedError when another relay holds the outbox. */
export async function recordLost(session: LeaderSession, epoch: number, lost: LostEvents): Promise<void> {
  const rows = await session.query({
    text: `WITH term AS (
             UPDATE outbox_relay SET confirmed = confirmed || jsonb_build_object($2::text, $3::bigint - 1)
             WHERE single_row AND epoch = $1 RETURNING 1)
           INSERT INTO outbox_lost (partition, first_position, last_position) SELECT $2, $3, $4 FROM term
           RETURNING 1`,
    values: [epoch, lost.partition, lost.firstPosition, lost.lastPosition],
  });
  if (rows.length === 0) throw new FencedError(`another relay took the outbox over after epoch ${epoch}`);
}

/** For logs and health. */
export function describeLost(lost: LostEvents): string {
  return `stream ${lost.partition} lost positions ${lost.firstPosition}..${lost.lastPosition}; run gavel refill`;
}
