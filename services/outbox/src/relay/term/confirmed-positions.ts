import type { LeaderSession } from '../leader-session.ts';
import { FencedError } from './term-records.ts';

/** Events that the broker had confirmed for a partition of the stream and no longer has: positions, both included. */
export interface LostEvents {
  readonly partition: string;
  readonly firstPosition: number;
  readonly lastPosition: number;
}

/** The highest position that the broker confirmed per partition. With them the relay notices a broker that lost data. */
export interface ConfirmedPositions {
  /** The stream confirmed a position. */
  confirm(partition: string, position: number): void;
  /**
   * The broker reports the last position of a partition, before anything is sent there in this session. Returns the events
   * that it should have and does not; they are not expected from then on, so a loss is returned once.
   */
  seen(partition: string, lastPosition: number): LostEvents | undefined;
  /** To be stored with the watermark. */
  readonly byPartition: Readonly<Record<string, number>>;
}

/**
 * Starts from the stored positions. Positions above `resentAbove` are not expected of the broker: the term begins by
 * sending them again, and the broker drops those that it has.
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
